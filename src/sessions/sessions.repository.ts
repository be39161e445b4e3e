import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../database/transaction.js';
import { FeedRepository } from '../feed/feed.repository.js';
import type { SessionName } from '../kernel/identifiers/session-name.js';
import type { ReasonCode } from './reason-code.js';
import type { SessionStatus } from './session.entity.js';
import { IS_ATTENDED } from './session-state.repository.js';
import { AccountLinkedElsewhere, NoAccountLinked, SessionNotFound } from './sessions.errors.js';

/** The account of a session: the linked one, or the last one. */
export interface SessionAccount {
  id: number;
  /** Whether it is currently linked through this session. */
  isLinked: boolean;
  jid: string;
  lid: string | null;
  pushName: string | null;
  linkedAt: Date;
  /** Increases with every change of its contacts. */
  revision: string;
  /** Number of the last change in its feed. */
  feedLatest: string;
  /** When the first sync after linking was complete; null while it runs. */
  syncedAt: Date | null;
  pushNamesRead: boolean;
  /** When the address book was last reconciled with a snapshot of the server; null before the first time. */
  reconciledAt: Date | null;
  /** Total number of contacts that reconciliations have corrected. */
  repaired: number;
}

export interface SessionListQuery {
  limit: number;
  /** Lists names after this one; null starts at the first. */
  after: string | null;
  /** Null for all. */
  status: SessionStatus | null;
  /** Names of the sessions to list; null for all. */
  among: readonly string[] | null;
}

export interface ListedSession {
  name: SessionName;
  displayName: string | null;
  status: SessionStatus;
  reasonCode: ReasonCode | null;
  reason: string | null;
  advice: string | null;
  since: Date;
  retryAt: Date | null;
  syncProblem: string | null;
  isAttended: boolean;
  /** JID of the account; null before the first link. */
  jid: string | null;
  pushName: string | null;
}

/** Effect of a deletion on the contacts. `none`: the session has no account. */
export type DeletedContacts = 'deleted' | 'kept' | 'none';

const ACCOUNT = `a.id, a.jid, a.lid, a.push_name AS "pushName", a.linked_at AS "linkedAt", a.synced_at AS "syncedAt",
  a.revision, a.feed_latest AS "feedLatest", a.reconciled_at AS "reconciledAt",
  a.repaired, a.push_names_read AS "pushNamesRead", s.is_linked AS "isLinked"`;

/** Status that the API returns. Equals toStatus() (src/api/sessions) for sessions without a process. */
const STATUS = `CASE WHEN ${IS_ATTENDED} THEN s.status
  WHEN s.status IN ('connecting', 'open', 'disconnected') THEN 'disconnected' ELSE 'linking' END`;

/** Stores sessions, and which account is linked through which session. */
@Injectable()
export class SessionsRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly feed: FeedRepository,
  ) {}

  /**
   * @returns null if no account was linked yet
   * @throws SessionNotFound
   */
  async findAccount(session: SessionName): Promise<SessionAccount | null> {
    const [row] = await this.dataSource.query<(SessionAccount | { id: null })[]>(
      `SELECT ${ACCOUNT} FROM session s LEFT JOIN account a ON a.id = s.account_id WHERE s.name = $1`,
      [session],
    );
    if (!row) throw new SessionNotFound(session);
    return row.id === null ? null : row;
  }

  /** @throws SessionNotFound, NoAccountLinked */
  async getAccount(session: SessionName): Promise<SessionAccount> {
    const account = await this.findAccount(session);
    if (!account) throw new NoAccountLinked();
    return account;
  }

  /** Lists sessions in the order of their names. */
  async list({ limit, after, status, among }: SessionListQuery): Promise<ListedSession[]> {
    return this.dataSource.query<ListedSession[]>(
      `SELECT s.name, s.display_name AS "displayName", s.status,
         s.reason_code AS "reasonCode", s.reason, s.advice, s.since, s.retry_at AS "retryAt",
         s.sync_problem AS "syncProblem", ${IS_ATTENDED} AS "isAttended", a.jid, a.push_name AS "pushName"
       FROM session s LEFT JOIN account a ON a.id = s.account_id
       WHERE ($2::text IS NULL OR s.name > $2) AND ($3::text IS NULL OR $3 = ${STATUS})
         AND ($4::text[] IS NULL OR s.name = ANY ($4))
       ORDER BY s.name LIMIT $1`,
      [limit, after, status, among],
    );
  }

  /** @returns the names for which a session exists */
  async existing(names: readonly string[]): Promise<string[]> {
    const rows = await this.dataSource.query<{ name: string }[]>(
      'SELECT name FROM session WHERE name = ANY ($1)',
      [names],
    );
    return rows.map(({ name }) => name);
  }

  /**
   * @param proxy encrypted, see SessionProxiesRepository; null for none
   * @returns false if the session already exists
   */
  async create(
    session: SessionName,
    proxy: string | null,
    displayName: string | null = null,
  ): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `INSERT INTO session (name, proxy, display_name) VALUES ($1, $2, $3)
       ON CONFLICT DO NOTHING RETURNING name`,
      [session, proxy, displayName],
    );
    return rows.length > 0;
  }

  /** @throws SessionNotFound */
  async rename(session: SessionName, displayName: string | null): Promise<void> {
    const [, renamed] = await this.dataSource.query<[unknown, number]>(
      'UPDATE session SET display_name = $2 WHERE name = $1',
      [session, displayName],
    );
    if (renamed === 0) throw new SessionNotFound(session);
  }

  /**
   * Deletes the session with its credentials, keys, commands and webhooks. API keys lose access to it, and those
   * without another session are deleted, so that they cannot access a later session of this name. The lease holder
   * loses its lease.
   *
   * @throws SessionNotFound
   */
  async delete(session: SessionName, { withContacts }: { withContacts: boolean }): Promise<DeletedContacts> {
    return this.dataSource.transaction(async (tx) => {
      const [[deleted]] = await tx.query<[{ account: number | null }[], number]>(
        'DELETE FROM session WHERE name = $1 RETURNING account_id AS account',
        [session],
      );
      if (!deleted) throw new SessionNotFound(session);
      await tx.query('DELETE FROM api_key WHERE sessions <@ ARRAY[$1]', [session]);
      await tx.query('UPDATE api_key SET sessions = array_remove(sessions, $1) WHERE $1 = ANY (sessions)', [
        session,
      ]);
      if (deleted.account === null) return 'none';
      if (!withContacts) return 'kept';
      await tx.query('DELETE FROM account WHERE id = $1', [deleted.account]);
      return 'deleted';
    });
  }

  /**
   * Detaches an account from the session that it was last linked through, unless it is still linked there. That session
   * then serves no contacts, so that its readers do not see what happens to the account elsewhere. Has to precede other
   * statements about the account, because all transactions lock sessions before accounts.
   */
  async release(tx: Transaction, session: SessionName, jid: string): Promise<void> {
    await tx.query(
      `UPDATE session SET account_id = NULL, unlinked_code = NULL, unlinked_at = NULL
       WHERE account_id = (SELECT id FROM account WHERE jid = $2) AND name <> $1 AND NOT is_linked`,
      [session, jid],
    );
  }

  /**
   * Links an account that its phone has just confirmed. Call release() first.
   * @throws AccountLinkedElsewhere
   */
  async link(tx: Transaction, session: SessionName, account: { id: number; jid: string }): Promise<void> {
    const other = await this.findLinkedElsewhere(tx, session, account.id);
    if (other) throw new AccountLinkedElsewhere(account.jid, other);
    await tx.query(
      `UPDATE session SET account_id = $2, is_linked = true, unlinked_code = NULL, unlinked_at = NULL
       WHERE name = $1`,
      [session, account.id],
    );
    const event = { name: session, code: null, reason: null };
    await this.feed.append(tx, account.id, [{ kind: 'session.linked', session: event }]);
  }

  /**
   * Unlinks the account. The session still serves its contacts until another account is linked to it, or this one to
   * another session.
   */
  async unlink(tx: Transaction, session: SessionName, code: ReasonCode): Promise<void> {
    await tx.query(
      `UPDATE session SET is_linked = false, unlinked_code = $2, unlinked_at = now()
       WHERE name = $1 AND is_linked`,
      [session, code],
    );
  }

  /** Returns the session through which an account is linked; null if it is not linked. */
  async findLinked(jid: string): Promise<string | null> {
    const rows = await this.dataSource.query<{ name: string }[]>(
      'SELECT s.name FROM account a JOIN session s ON s.account_id = a.id AND s.is_linked WHERE a.jid = $1',
      [jid],
    );
    return rows[0]?.name ?? null;
  }

  private async findLinkedElsewhere(
    tx: Transaction,
    session: SessionName,
    accountId: number,
  ): Promise<string | null> {
    const rows = await tx.query<{ name: string }[]>(
      'SELECT name FROM session WHERE account_id = $1 AND is_linked AND name <> $2',
      [accountId, session],
    );
    return rows[0]?.name ?? null;
  }
}
