import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import { phoneOf } from '../../kernel/identifiers/address.js';
import { CommandRefused } from '../../sessions/command-refused.js';
import { DEFAULT_SESSION, type SessionName } from '../../kernel/identifiers/session-name.js';
import { SessionStateRepository } from '../../sessions/session-state.repository.js';
import {
  type DeletedContacts,
  type ListedSession,
  SessionsRepository,
} from '../../sessions/sessions.repository.js';
import { DefaultSessionStays, SessionExists, SessionNotAnswering } from './sessions-api.errors.js';
import { isLinkedStatus, SessionStatusService, toStatus } from './session-status.service.js';
import type {
  ListSessionsQuery,
  NamedSessionDto,
  SessionPageDto,
  SessionSummaryDto,
} from './sessions.dto.js';

const CONTACTS: Record<DeletedContacts, string> = {
  deleted: 'Its contacts are deleted.',
  kept: 'Its contacts stay in the database, and are served again once the account is linked.',
  none: '',
  shared: 'Its contacts stay, because another session serves the same account.',
};

/** Creates, lists and deletes sessions. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly config: Config,
    private readonly sessions: SessionsRepository,
    private readonly state: SessionStateRepository,
    private readonly session: SessionStatusService,
  ) {}

  /** @param among the only ones to list; null: all */
  async list(
    { limit, cursor, status }: ListSessionsQuery,
    among: readonly string[] | null,
  ): Promise<SessionPageDto> {
    const size = Number(limit);
    const query = { limit: size + 1, after: cursor ?? null, status: status ?? null, among };
    const found = await this.sessions.list(query);
    const page = found.slice(0, size);
    return {
      items: page.map((session) => toSummary(session, this.config)),
      next_cursor: found.length > size ? (page.at(-1)?.name ?? null) : null,
    };
  }

  /** @throws SessionExists */
  async create(name: SessionName): Promise<NamedSessionDto> {
    if (!(await this.sessions.create(name))) throw new SessionExists(name);
    return this.get(name);
  }

  /** @throws SessionNotFound */
  async get(name: SessionName): Promise<NamedSessionDto> {
    return { name, ...(await this.session.describe(name)) };
  }

  /**
   * @returns a sentence that says what was done
   * @throws SessionNotFound, DefaultSessionStays
   */
  async delete(name: SessionName, options: { withContacts: boolean }): Promise<string> {
    if (name === DEFAULT_SESSION) throw new DefaultSessionStays();
    const unlinked = await this.unlink(name);
    const contacts = await this.sessions.delete(name, options);
    return [`The session ${name} is deleted.`, unlinked, CONTACTS[contacts]].filter(Boolean).join(' ');
  }

  /** @returns what became of the link, for people; null when there was none */
  private async unlink(name: SessionName): Promise<string | null> {
    const { status, isAttended } = await this.state.get(name);
    const untold = 'WhatsApp could not be told: remove the device on the phone as well.';
    if (!isAttended) return isLinkedStatus(status) ? untold : null;
    try {
      return (await this.session.unlink(name)).replace(/ Its contacts stay.*$/, '');
    } catch (error) {
      // Nothing was linked.
      if (error instanceof CommandRefused) return null;
      if (error instanceof SessionNotAnswering) return untold;
      throw error;
    }
  }
}

function toSummary(session: ListedSession, config: Config): SessionSummaryDto {
  const { status, reasonCode, reason, advice, retryAt } = toStatus(session, config);
  const jid = isLinkedStatus(status) ? session.jid : null;
  return {
    name: session.name,
    status,
    reason_code: reasonCode,
    reason,
    advice,
    since: session.since.toISOString(),
    retry_at: retryAt?.toISOString() ?? null,
    phone: jid && phoneOf(jid),
    jid,
    push_name: jid && session.pushName,
  };
}
