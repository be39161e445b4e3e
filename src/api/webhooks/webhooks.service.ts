import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SessionNotAllowed } from '../../access/access.errors.js';
import type { Access } from '../../access/access.js';
import { FeedReader } from '../../feed/feed-reader.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { SessionsRepository } from '../../sessions/sessions.repository.js';
import { DestinationRefused } from '../../webhooks/destinations.js';
import { WebhookDeliveriesRepository } from '../../webhooks/webhook-deliveries.repository.js';
import { testPayload } from '../../webhooks/webhook-payload.js';
import { WebhookRunner } from '../../webhooks/webhook-runner.js';
import { createSecret } from '../../webhooks/webhook-secret.js';
import { WebhookSender } from '../../webhooks/webhook-sender.js';
import { TooManyWebhooks, WebhookNotFound, WebhookRequestInvalid } from '../../webhooks/webhooks.errors.js';
import { type ListedWebhook, MAX_WEBHOOKS, WebhooksRepository } from '../../webhooks/webhooks.repository.js';
import type {
  CreatedWebhookDto,
  CreateWebhookRequest,
  ReplayWebhookRequest,
  RotatedSecretDto,
  UpdateWebhookRequest,
  WebhookAttemptDto,
  WebhookDto,
  WebhookTestedDto,
} from './webhooks.dto.js';

const DEFAULT_MAX_ITEMS = 100;
const MAX_WEBHOOKS_PER_KEY = 1_000;
const PAUSED_ON_REQUEST = 'Paused on request. POST /webhooks/{id}/resume continues.';

/** Manages the webhooks that a caller has access to. */
@Injectable()
export class WebhooksService {
  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly deliveries: WebhookDeliveriesRepository,
    private readonly sessions: SessionsRepository,
    private readonly feed: FeedReader,
    private readonly sender: WebhookSender,
    private readonly runner: WebhookRunner,
  ) {}

  /**
   * @throws WebhookRequestInvalid, SessionNotAllowed, SessionNotFound, NoAccountLinked, ChangesGone, TooManyWebhooks
   */
  async create(access: Access, request: CreateWebhookRequest): Promise<CreatedWebhookDto> {
    const {
      url,
      kinds = null,
      fields = null,
      session = null,
      after = null,
      max_items: maxItems,
      headers,
    } = request;
    this.checkSession(access, session);
    await this.checkUrl(url);
    if (after !== null) await this.checkPosition(session, after);
    else if (session !== null) await this.sessions.findAccount(session as SessionName);
    await this.checkCount(access);
    const id = `wh_${randomBytes(8).toString('hex')}`;
    const secret = createSecret();
    const { keyId } = access;
    const added = await this.webhooks.add(
      {
        id,
        keyId,
        url,
        headers: headers ?? {},
        kinds,
        fields,
        session,
        maxItems: maxItems ?? DEFAULT_MAX_ITEMS,
        secret,
      },
      after,
    );
    this.runner.wake();
    return { ...toDto(added), secret };
  }

  async list({ sessions }: Access): Promise<WebhookDto[]> {
    return (await this.webhooks.list(sessions)).map(toDto);
  }

  /** @throws WebhookNotFound */
  async get(access: Access, id: string): Promise<WebhookDto> {
    return toDto(await this.find(access, id));
  }

  /** @throws WebhookNotFound, WebhookRequestInvalid */
  async update(access: Access, id: string, request: UpdateWebhookRequest): Promise<WebhookDto> {
    const before = await this.find(access, id);
    const { url, headers, kinds, fields, max_items: maxItems, paused } = request;
    if (url !== undefined) await this.checkUrl(url);
    if (url !== undefined && headers === undefined) checkHeadersStay(before, url);
    await this.webhooks.update(id, {
      url,
      headers: headers === null ? {} : headers,
      kinds,
      fields,
      maxItems,
      ...(paused && { state: 'paused', reason: PAUSED_ON_REQUEST }),
    });
    return paused === false ? this.resume(access, id) : this.get(access, id);
  }

  /** @throws WebhookNotFound; ChangesGone if the changes at its position are no longer stored */
  async resume(access: Access, id: string): Promise<WebhookDto> {
    await this.find(access, id);
    for (const { position, ...feed } of await this.webhooks.findPositions(id))
      await this.feed.read(feed, position, 1);
    await this.webhooks.resume(id);
    this.runner.wake();
    return this.get(access, id);
  }

  /** @throws WebhookNotFound, WebhookRequestInvalid, NoAccountLinked, ChangesGone */
  async replay(access: Access, id: string, request: ReplayWebhookRequest): Promise<WebhookDto> {
    const webhook = await this.find(access, id);
    const session = webhook.session ?? request.session ?? null;
    if (request.session && webhook.session && request.session !== webhook.session)
      throw new WebhookRequestInvalid(
        `This webhook is only for session "${webhook.session}": omit session, or use this name.`,
      );
    const accountId = await this.checkPosition(session, request.after);
    await this.webhooks.replay(id, accountId, request.after);
    this.runner.wake();
    return this.get(access, id);
  }

  /** Sends a delivery without changes and returns the result. @throws WebhookNotFound */
  async test(access: Access, id: string): Promise<WebhookTestedDto> {
    const { url, session } = await this.find(access, id);
    const deliveryId = `msg_${randomUUID().replaceAll('-', '')}`;
    const delivery = {
      id: deliveryId,
      url,
      ...(await this.webhooks.findSecrets(id)),
      body: testPayload(session, new Date()),
    };
    const { status, durationMs, error } = await this.sender.send(delivery, new AbortController().signal);
    await this.deliveries.logAttempt(id, { deliveryId, session, rows: [], status, durationMs, error });
    return { delivered: error === null, status, duration_ms: durationMs, error };
  }

  /** @throws WebhookNotFound */
  async rotate(access: Access, id: string): Promise<RotatedSecretDto> {
    await this.find(access, id);
    const secret = createSecret();
    return { secret, former_until: (await this.webhooks.rotateSecret(id, secret)).toISOString() };
  }

  /** @throws WebhookNotFound */
  async listAttempts(access: Access, id: string): Promise<WebhookAttemptDto[]> {
    await this.find(access, id);
    return (await this.webhooks.listAttempts(id)).map((attempt) => ({
      at: attempt.at.toISOString(),
      delivery_id: attempt.deliveryId,
      session: attempt.session,
      items: attempt.items,
      first_seq: attempt.firstSeq === null ? null : Number(attempt.firstSeq),
      last_seq: attempt.lastSeq === null ? null : Number(attempt.lastSeq),
      status: attempt.status,
      duration_ms: attempt.durationMs,
      error: attempt.error,
    }));
  }

  /** @throws WebhookNotFound */
  async delete(access: Access, id: string): Promise<void> {
    await this.find(access, id);
    if (!(await this.webhooks.delete(id))) throw new WebhookNotFound(id);
  }

  /** @throws WebhookNotFound also if the caller has no access to the webhook's session */
  private async find({ sessions }: Access, id: string): Promise<ListedWebhook> {
    const webhook = await this.webhooks.find(id);
    const isTheirs = sessions === null || (webhook?.session && sessions.includes(webhook.session));
    if (!webhook || !isTheirs) throw new WebhookNotFound(id);
    return webhook;
  }

  private async checkCount({ keyId }: Access): Promise<void> {
    const { all, ofKey } = await this.webhooks.count(keyId);
    if (all >= MAX_WEBHOOKS) throw new TooManyWebhooks(MAX_WEBHOOKS);
    if (ofKey >= MAX_WEBHOOKS_PER_KEY) throw new TooManyWebhooks(MAX_WEBHOOKS_PER_KEY, 'This API key');
  }

  private async checkUrl(url: string): Promise<void> {
    try {
      await this.sender.check(new URL(url));
    } catch (error) {
      if (error instanceof DestinationRefused)
        throw new WebhookRequestInvalid(`Invalid url: ${error.message}`);
      throw new WebhookRequestInvalid(
        `Invalid url ${JSON.stringify(url)}: use an http or https URL, for example https://crm.example.com/contacts.`,
      );
    }
  }

  private checkSession({ sessions }: Access, session: string | null): void {
    if (!sessions) return;
    if (session === null)
      throw new WebhookRequestInvalid(
        `Missing session: the API key is limited to some sessions, so use one of ${sessions.join(', ')}.`,
      );
    if (!sessions.includes(session)) throw new SessionNotAllowed(session, sessions);
  }

  /** Checks that the feed contains a position. @returns the account of the feed */
  private async checkPosition(session: string | null, after: number): Promise<number> {
    if (session === null)
      throw new WebhookRequestInvalid(
        'Missing session: after is a position in the feed of one session, ' +
          'for example {"session": "default", "after": 1767261600000042}.',
      );
    const { id: accountId } = await this.sessions.getAccount(session as SessionName);
    await this.feed.read({ accountId, session: session as SessionName }, after, 1);
    return accountId;
  }
}

/**
 * Prevents callers that do not know the values of the headers from sending them to another host.
 * @throws WebhookRequestInvalid
 */
function checkHeadersStay({ url, headerNames }: ListedWebhook, newUrl: string): void {
  if (headerNames?.length === 0 || new URL(url).origin === new URL(newUrl).origin) return;
  throw new WebhookRequestInvalid(
    'Missing headers: the url has another scheme, host or port. Send the headers again, or null to remove them, ' +
      'for example {"url": "https://crm.example.com/contacts", "headers": null}.',
  );
}

function toDto(webhook: ListedWebhook): WebhookDto {
  return {
    id: webhook.id,
    url: webhook.url,
    header_names: webhook.headerNames,
    session: webhook.session,
    kinds: webhook.kinds,
    fields: webhook.fields,
    max_items: webhook.maxItems,
    state: webhook.state,
    reason: webhook.reason,
    failures: webhook.failures,
    retry_at: webhook.retryAt?.toISOString() ?? null,
    behind: webhook.behind,
    created_at: webhook.createdAt.toISOString(),
  };
}
