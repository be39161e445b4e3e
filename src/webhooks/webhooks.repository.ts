import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../database/transaction.js';
import type { Feed } from '../feed/feed-reads.repository.js';
import { SecretsError } from '../secrets/secrets.errors.js';
import { Secrets } from '../secrets/secrets.js';
import type { Webhook, WebhookState } from './webhook.entity.js';
import type { WebhookAttempt } from './webhook-attempt.entity.js';

/** A webhook without its secrets and the values of its headers. */
export type ListedWebhook = Pick<
  Webhook,
  'id' | 'createdAt' | 'url' | 'kinds' | 'fields' | 'maxItems' | 'state' | 'reason' | 'failures' | 'retryAt'
> & {
  session: string | null;
  /** Null if the headers cannot be decrypted. */
  headerNames: string[] | null;
  /** Number of changes of all kinds that it has not read yet. */
  behind: number;
};

export type NewWebhook = Pick<
  Webhook,
  'id' | 'keyId' | 'url' | 'kinds' | 'fields' | 'maxItems' | 'secret'
> & {
  session: string | null;
  headers: WebhookHeaders;
};

/** Headers for the receiver, by name. */
export type WebhookHeaders = Readonly<Record<string, string>>;

/** Changed columns. Undefined columns are not changed. */
export type WebhookUpdate = Partial<
  Pick<Webhook, 'url' | 'kinds' | 'fields' | 'maxItems' | 'state' | 'reason'>
> & {
  headers?: WebhookHeaders;
};

type ListedRow = Omit<ListedWebhook, 'headerNames'> & { headers: string | null };

/** SQL: accounts whose feeds webhook `w` reads, of one session or of all. */
export const FEEDS = `
  (SELECT a.id AS account_id, s.name AS session, a.feed_start, a.feed_latest, a.feed_pruned_to
   FROM session s JOIN account a ON a.id = s.account_id WHERE w.session IS NULL OR s.name = w.session)`;

/** SQL: position in feed `f`; `c` is the cursor of the webhook, if it has one. */
export const POSITION = 'coalesce(c.position, f.feed_pruned_to, f.feed_start)';

/** SQL: valid secrets of webhook `w`, the current one first. */
export const SECRETS = `
  array_remove(ARRAY[w.secret, CASE WHEN w.former_secret_until > now() THEN w.former_secret END], NULL)`;

const COLUMNS = `w.id, w.created_at AS "createdAt", w.session, w.url, w.headers, w.kinds, w.fields,
  w.max_items AS "maxItems", w.state, w.reason, w.failures, w.retry_at AS "retryAt",
  (SELECT to_json(coalesce(sum(f.feed_latest - ${POSITION}), 0)) FROM ${FEEDS} f
   LEFT JOIN webhook_cursor c ON c.webhook = w.id AND c.account_id = f.account_id) AS behind`;

const FIND = `SELECT ${COLUMNS} FROM webhook w WHERE w.id = $1`;

/** How long the previous secret signs deliveries after a rotation. */
const FORMER_SECRET_FOR = '24 hours';
/** Limit of the deployment. */
export const MAX_WEBHOOKS = 10_000;
export const LISTED_ATTEMPTS = 100;

/** Why a webhook with columns that cannot be decrypted delivers nothing. */
const UNREADABLE =
  'The headers or the secret of this webhook cannot be decrypted. Check that ENCRYPTION_KEY is the same for every ' +
  'process, or delete the webhook and create it again.';

/** The secrets and headers of a webhook. */
export interface WebhookSecrets {
  /** Valid secrets, the current one first. */
  secrets: string[];
  headers: WebhookHeaders;
  /** Why they cannot be decrypted; null if they can. */
  problem: string | null;
}

/** Decrypts the columns that SECRETS selects, and the column of the headers. */
export function decryptColumns(
  secrets: Secrets,
  id: string,
  columns: { secrets: readonly string[]; headers: string | null },
): WebhookSecrets {
  try {
    return {
      secrets: columns.secrets.flatMap((each, i) =>
        decryptSecret(secrets, id, { text: each, isFormer: i > 0 }),
      ),
      headers: decryptHeaders(secrets, id, columns.headers),
      problem: null,
    };
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    return { secrets: [], headers: {}, problem: UNREADABLE };
  }
}

/**
 * A former secret that cannot be decrypted is omitted: a new one was created because the key was lost.
 *
 * @throws SecretsError
 */
function decryptSecret(
  secrets: Secrets,
  id: string,
  { text, isFormer }: { text: string; isFormer: boolean },
): string[] {
  try {
    return [secrets.decrypt(text, ['webhook', id])];
  } catch (error) {
    if (isFormer && error instanceof SecretsError) return [];
    throw error;
  }
}

/** @throws SecretsError */
function decryptHeaders(secrets: Secrets, id: string, encrypted: string | null): WebhookHeaders {
  if (encrypted === null) return {};
  return JSON.parse(secrets.decrypt(encrypted, ['webhook', id])) as WebhookHeaders;
}

/** Stores webhooks. */
@Injectable()
export class WebhooksRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly secrets: Secrets,
  ) {}

  /**
   * Adds a webhook.
   *
   * @param after number of the change after which it starts in the feed of its session; null for the last
   */
  async add(webhook: NewWebhook, after: number | null): Promise<ListedWebhook> {
    const { id, keyId, session, url, headers, kinds, fields, maxItems, secret } = webhook;
    return this.dataSource.transaction(async (tx) => {
      await tx.query(
        `INSERT INTO webhook (id, key_id, session, url, headers, kinds, fields, max_items, secret)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [
          id,
          keyId,
          session,
          url,
          this.encryptHeaders(id, headers),
          kinds,
          fields,
          maxItems,
          this.secrets.encrypt(secret, ['webhook', id]),
        ],
      );
      await tx.query(
        `INSERT INTO webhook_cursor (webhook, account_id, position)
         SELECT w.id, f.account_id, coalesce($2, f.feed_latest) FROM webhook w, LATERAL ${FEEDS} f WHERE w.id = $1`,
        [id, after],
      );
      // Within the transaction, because a failure after the commit would hide the secret of an existing webhook.
      const [row] = await tx.query<[ListedRow]>(FIND, [id]);
      return this.toListed(row);
    });
  }

  /** Lists webhooks, oldest first. @param among sessions; null also includes webhooks for all sessions */
  async list(among: readonly string[] | null): Promise<ListedWebhook[]> {
    const rows = await this.dataSource.query<ListedRow[]>(
      `SELECT ${COLUMNS} FROM webhook w WHERE $1::text[] IS NULL OR w.session = ANY ($1) ORDER BY w.created_at, w.id`,
      [among],
    );
    return rows.map((row) => this.toListed(row));
  }

  /** Counts all webhooks, and those that a key has created. */
  async count(keyId: string | null): Promise<{ all: number; ofKey: number }> {
    const [row] = await this.dataSource.query<{ all: number; ofKey: number }[]>(
      'SELECT count(*)::int AS all, count(*) FILTER (WHERE key_id = $1)::int AS "ofKey" FROM webhook',
      [keyId],
    );
    return row ?? { all: 0, ofKey: 0 };
  }

  async find(id: string): Promise<ListedWebhook | null> {
    const [row] = await this.dataSource.query<ListedRow[]>(FIND, [id]);
    return row ? this.toListed(row) : null;
  }

  async update(id: string, update: WebhookUpdate): Promise<void> {
    const { url, headers, kinds, fields, maxItems } = update;
    await this.dataSource.transaction(async (tx) => {
      if ([url, kinds, fields, maxItems].some((value) => value !== undefined))
        await this.endDeliveries(tx, id);
      await tx.query(
        `UPDATE webhook SET url = coalesce($2, url), kinds = CASE WHEN $3 THEN $4 ELSE kinds END,
           max_items = coalesce($5, max_items), headers = CASE WHEN $6 THEN $7 ELSE headers END,
           fields = CASE WHEN $8 THEN $9 ELSE fields END
         WHERE id = $1`,
        [
          id,
          url ?? null,
          kinds !== undefined,
          kinds ?? null,
          maxItems ?? null,
          headers !== undefined,
          headers ? this.encryptHeaders(id, headers) : null,
          fields !== undefined,
          fields ?? null,
        ],
      );
      if (update.state) await this.setState(tx, id, update.state, update.reason ?? null);
    });
  }

  /** Continues at the current position without waiting for the next attempt. */
  async resume(id: string): Promise<void> {
    await this.dataSource.transaction((tx) => this.setState(tx, id, 'active', null));
  }

  /** Continues after another change, with new delivery IDs, because receivers ignore IDs that they have processed. */
  async replay(id: string, accountId: number, after: number): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      await this.endDeliveries(tx, id);
      await tx.query(
        `INSERT INTO webhook_cursor (webhook, account_id, position) VALUES ($1, $2, $3)
         ON CONFLICT (webhook, account_id) DO UPDATE SET position = EXCLUDED.position`,
        [id, accountId, after],
      );
      await this.setState(tx, id, 'active', null);
    });
  }

  /** Returns the position of the webhook in each of its feeds. */
  async findPositions(id: string): Promise<(Feed & { position: number })[]> {
    return this.dataSource.query(
      `SELECT f.account_id AS "accountId", f.session, to_json(${POSITION}) AS position
       FROM webhook w, LATERAL ${FEEDS} f
       LEFT JOIN webhook_cursor c ON c.webhook = $1 AND c.account_id = f.account_id WHERE w.id = $1`,
      [id],
    );
  }

  /** Replaces the secret. @returns when the previous secret stops signing */
  async rotateSecret(id: string, secret: string): Promise<Date> {
    const [[{ until }]] = await this.dataSource.query<[[{ until: Date }], number]>(
      `UPDATE webhook SET former_secret = secret, former_secret_until = now() + $3::interval, secret = $2
       WHERE id = $1 RETURNING former_secret_until AS until`,
      [id, this.secrets.encrypt(secret, ['webhook', id]), FORMER_SECRET_FOR],
    );
    return until;
  }

  /** Returns the valid secrets, the current one first, and the headers of a webhook. */
  async findSecrets(id: string): Promise<WebhookSecrets> {
    const [row] = await this.dataSource.query<{ secrets: string[]; headers: string | null }[]>(
      `SELECT ${SECRETS} AS secrets, headers FROM webhook w WHERE id = $1`,
      [id],
    );
    return decryptColumns(this.secrets, id, row ?? { secrets: [], headers: null });
  }

  /** @returns whether the webhook existed */
  async delete(id: string): Promise<boolean> {
    const [, count] = await this.dataSource.query<[unknown, number]>('DELETE FROM webhook WHERE id = $1', [
      id,
    ]);
    return count > 0;
  }

  /** Lists the last attempts, latest first. */
  async listAttempts(id: string): Promise<WebhookAttempt[]> {
    return this.dataSource.query(
      `SELECT id, at, delivery_id AS "deliveryId", session, items, first_seq AS "firstSeq", last_seq AS "lastSeq",
         status, duration_ms AS "durationMs", error
       FROM webhook_attempt WHERE webhook = $1 ORDER BY id DESC LIMIT $2`,
      [id, LISTED_ATTEMPTS],
    );
  }

  private toListed({ headers, ...row }: ListedRow): ListedWebhook {
    const { headers: read, problem } = decryptColumns(this.secrets, row.id, { secrets: [], headers });
    if (problem !== null) return { ...row, headerNames: null, reason: row.reason ?? problem };
    return { ...row, headerNames: Object.keys(read) };
  }

  private encryptHeaders(id: string, headers: WebhookHeaders): string | null {
    if (Object.keys(headers).length === 0) return null;
    return this.secrets.encrypt(JSON.stringify(headers), ['webhook', id]);
  }

  private async setState(
    tx: Transaction,
    id: string,
    state: WebhookState,
    reason: string | null,
  ): Promise<void> {
    await tx.query(
      'UPDATE webhook SET state = $2, reason = $3, failures = 0, retry_at = NULL WHERE id = $1',
      [id, state, reason],
    );
  }

  /** Cancels the current deliveries. A process that is delivering loses its lease. */
  private async endDeliveries(tx: Transaction, id: string): Promise<void> {
    await tx.query('UPDATE webhook SET lease_id = NULL, lease_until = NULL WHERE id = $1', [id]);
    await tx.query('UPDATE webhook_cursor SET delivery_id = NULL, delivery_to = NULL WHERE webhook = $1', [
      id,
    ]);
  }
}
