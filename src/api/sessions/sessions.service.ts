import { Injectable } from '@nestjs/common';
import { ApiKeyCache } from '../../access/api-key-cache.js';
import { Config } from '../../kernel/config/config.js';
import { phoneOf } from '../../kernel/identifiers/address.js';
import { DEFAULT_SESSION, type SessionName } from '../../kernel/identifiers/session-name.js';
import { ProxyUrl } from '../../kernel/network/proxy-url.js';
import { SecretsError } from '../../secrets/secrets.errors.js';
import { CommandRefused } from '../../sessions/command-refused.js';
import { SessionProxiesRepository } from '../../sessions/session-proxies.repository.js';
import { SessionStateRepository } from '../../sessions/session-state.repository.js';
import {
  type DeletedContacts,
  type ListedSession,
  SessionsRepository,
} from '../../sessions/sessions.repository.js';
import { CommandSender } from './command-sender.js';
import { LinkService, REMOVE_DEVICE, UNLINKED } from './link.service.js';
import { isLinkedStatus, toStatus } from './session-status.js';
import { SessionStatusService } from './session-status.service.js';
import type {
  ListSessionsQuery,
  NamedSessionDto,
  SessionPageDto,
  SessionSummaryDto,
} from './sessions.dto.js';
import { DefaultSessionStays, SessionExists, SessionNotAnswering } from './sessions-api.errors.js';

const CONTACTS: Record<DeletedContacts, string> = {
  deleted: 'Its contacts are deleted.',
  kept: 'Its contacts stay in the database and become available again when the account is linked.',
  none: '',
};

/** Creates, lists and deletes sessions. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly config: Config,
    private readonly sessions: SessionsRepository,
    private readonly state: SessionStateRepository,
    private readonly status: SessionStatusService,
    private readonly link: LinkService,
    private readonly proxies: SessionProxiesRepository,
    private readonly commands: CommandSender,
    private readonly keys: ApiKeyCache,
  ) {}

  /** @param among names of the sessions to list; null lists all */
  async list(
    { limit, cursor, status }: ListSessionsQuery,
    among: readonly string[] | null,
  ): Promise<SessionPageDto> {
    const query = { limit: limit + 1, after: cursor ?? null, status: status ?? null, among };
    const found = await this.sessions.list(query);
    const page = found.slice(0, limit);
    return {
      items: page.map((session) => toSummary(session, this.config)),
      next_cursor: found.length > limit ? (page.at(-1)?.name ?? null) : null,
    };
  }

  /**
   * @param settings.proxy URL; null for none. The first connection already uses it.
   * @throws SessionExists
   */
  async create(
    name: SessionName,
    { proxy, displayName }: { proxy: string | null; displayName: string | null },
  ): Promise<NamedSessionDto> {
    const sealed = this.proxies.seal(name, parseProxy(proxy));
    if (!(await this.sessions.create(name, sealed, displayName))) throw new SessionExists(name);
    return this.get(name);
  }

  /**
   * Changes the settings that are not undefined.
   *
   * @throws SessionNotFound, SessionNotAnswering
   */
  async update(
    name: SessionName,
    { proxy, displayName }: { proxy: string | null | undefined; displayName: string | null | undefined },
  ): Promise<NamedSessionDto> {
    if (displayName !== undefined) await this.sessions.rename(name, displayName);
    if (proxy !== undefined) await this.setProxy(name, proxy);
    return this.get(name);
  }

  /**
   * Sets the proxy, and waits until the session has closed the connection through the previous one.
   *
   * @param text URL; null removes it
   * @throws SessionNotFound, SessionNotAnswering
   */
  private async setProxy(name: SessionName, text: string | null): Promise<void> {
    const proxy = parseProxy(text);
    const before = await this.proxies.find(name).catch((error: unknown) => {
      // A proxy that cannot be decrypted can be replaced.
      if (error instanceof SecretsError) return undefined;
      throw error;
    });
    if (before === undefined || before?.revealed() !== proxy?.revealed()) await this.proxies.set(name, proxy);
    // Always, because the command of an earlier request may have failed. The session compares the proxies.
    const { isAttended } = await this.state.get(name);
    if (isAttended) await this.commands.send(name, 'use-proxy', null);
  }

  /** @throws SessionNotFound */
  async get(name: SessionName): Promise<NamedSessionDto> {
    return { name, ...(await this.status.describe(name)) };
  }

  /**
   * Unlinks the account and deletes the session. Resolves when no process accepts the keys of only this session.
   *
   * @returns message for people
   * @throws SessionNotFound, DefaultSessionStays
   */
  async delete(name: SessionName, options: { withContacts: boolean }): Promise<string> {
    if (name === DEFAULT_SESSION) throw new DefaultSessionStays();
    const unlinked = await this.unlink(name);
    const contacts = await this.sessions.delete(name, options);
    if (this.config.API_KEY) await this.keys.waitUntilRead();
    return [`The session ${name} is deleted.`, unlinked, CONTACTS[contacts]].filter(Boolean).join(' ');
  }

  /** @returns part of the message; null if no account was linked */
  private async unlink(name: SessionName): Promise<string | null> {
    const { status, isAttended } = await this.state.get(name);
    if (!isAttended) return isLinkedStatus(status) ? REMOVE_DEVICE : null;
    try {
      return (await this.link.unlink(name)) === 'notified' ? UNLINKED : `${UNLINKED} ${REMOVE_DEVICE}`;
    } catch (error) {
      if (error instanceof CommandRefused) return null;
      if (error instanceof SessionNotAnswering) return REMOVE_DEVICE;
      throw error;
    }
  }
}

function parseProxy(text: string | null): ProxyUrl | null {
  return text === null ? null : ProxyUrl.require(text);
}

function toSummary(session: ListedSession, config: Config): SessionSummaryDto {
  const { status, reasonCode, reason, advice, retryAt } = toStatus(session, config);
  const jid = isLinkedStatus(status) ? session.jid : null;
  return {
    name: session.name,
    display_name: session.displayName,
    status,
    reason_code: reasonCode,
    reason,
    advice,
    since: session.since.toISOString(),
    retry_at: retryAt?.toISOString() ?? null,
    phone: jid && phoneOf(jid),
    jid,
    push_name: jid && session.pushName,
    last_account: session.jid === null ? null : { phone: phoneOf(session.jid), push_name: session.pushName },
  };
}
