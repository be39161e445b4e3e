import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../database/transaction.js';
import { FeedRepository } from '../feed/feed.repository.js';
import type { ReasonCode } from './reason-code.js';
import type { SessionName } from '../kernel/identifiers/session-name.js';
import { IS_ATTENDED } from './session-state.repository.js';
import type { SessionStatus } from './session.entity.js';
import { AccountLinkedElsewhere, SessionNotFound } from './sessions.errors.js';

/** The account of a session: the one linked now, or the last one. */
export interface SessionAccount {
  id: number;
  /** Whether it is linked through this session now. */
  isLinked: boolean;
  jid: string;
  lid: string | null;
  pushName: string | null;
  linkedAt: Date;
  /** Grows with every change of its contacts. */
  revision: string;
  /** The last number of its feed. */
  feedLatest: string;
  /** When the first sync after linking was complete; null while it runs. */
  syncedAt: Date | null;
  pushNamesRead: boolean;
  /** When the address book was last reconciled with a snapshot of the server's; null before the first time. */
  reconciledAt: Date | null;
  /** Contacts that reconciliations have put right, ever. */
  repaired: number;
}

export interface SessionListQuery {
  limit: number;
  /** Names after this one; null: from the beginning. */
  after: string | null;
  /** Null: all of them. */
  status: SessionStatus | null;
  /** The only ones to list; null: all. */
  among: readonly string[] | null;
}

export interface ListedSession {
  name: SessionName;
  status: SessionStatus;
  reasonCode: ReasonCode | null;
  reason: string | null;
  advice: string | null;
  since: Date;
  retryAt: Date | null;
  syncProblem: string | null;
  isAttended: boolean;
  /** Of the account; null before the first link. */
  jid: string | null;
  pushName: string | null;
}

/**
 * What a deletion has done with the contacts. `shared`: they stay, since another session has the same account; `none`: no
 * account was ever linked.
 */
export type DeletedContacts = 'deleted' | 'kept' | 'shared' | 'none';

const ACCOUNT = `a.id, a.jid, a.lid, a.push_name AS "pushName", a.linked_at AS "linkedAt", a.synced_at AS "syncedAt",
  a.revision, a.feed_latest AS "feedLatest", a.reconciled_at AS "reconciledAt", a.repaired, a.push_names_read AS "pushNamesRead", s.is_linked AS "isLinked"`;

/** As callers are told it (toStatus in session.service.ts): of a session that no process holds, what still holds. */
const STATUS = `CASE WHEN ${IS_ATTENDED} THEN s.status
  WHEN s.status IN ('connecting', 'open', 'disconnected') THEN 'disconnected' ELSE 'linking' END`;

/** The sessions themselves, and whose account is linked through which. */
@Injectable()
export class SessionsRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly feed: FeedRepository,
  ) {}

  /**
   * @returns null when no account was linked yet
   * @throws SessionNotFound
   */
  async getAccount(session: SessionName): Promise<SessionAccount | null> {
    const [row] = await this.dataSource.query<(SessionAccount | { id: null })[]>(
      `SELECT ${ACCOUNT} FROM session s LEFT JOIN account a ON a.id = s.account_id WHERE s.name = $1`,
      [session],
    );
    if (!row) throw new SessionNotFound(session);
    return row.id === null ? null : row;
  }

  /** In the order of their names. */
  async list({ limit, after, status, among }: SessionListQuery): Promise<ListedSession[]> {
    return this.dataSource.query<ListedSession[]>(
      `SELECT s.name, s.status, s.reason_code AS "reasonCode", s.reason, s.advice, s.since, s.retry_at AS "retryAt",
         s.sync_problem AS "syncProblem", ${IS_ATTENDED} AS "isAttended", a.jid, a.push_name AS "pushName"
       FROM session s LEFT JOIN account a ON a.id = s.account_id
       WHERE ($2::text IS NULL OR s.name > $2) AND ($3::text IS NULL OR $3 = ${STATUS})
         AND ($4::text[] IS NULL OR s.name = ANY ($4))
       ORDER BY s.name LIMIT $1`,
      [limit, after, status, among],
    );
  }

  /** @returns those of the names that are sessions */
  async existing(names: readonly string[]): Promise<string[]> {
    const rows = await this.dataSource.query<{ name: string }[]>(
      'SELECT name FROM session WHERE name = ANY ($1)',
      [names],
    );
    return rows.map(({ name }) => name);
  }

  /** @returns false when there is one of this name */
  async create(session: SessionName): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      'INSERT INTO session (name) VALUES ($1) ON CONFLICT DO NOTHING RETURNING name',
      [session],
    );
    return rows.length > 0;
  }

  /**
   * Deletes the session with its credentials, keys and commands. Whoever holds its lease loses it.
   * @throws SessionNotFound
   */
  async delete(session: SessionName, { withContacts }: { withContacts: boolean }): Promise<DeletedContacts> {
    return this.dataSource.transaction(async (tx) => {
      const [[deleted]] = await tx.query<[{ account: number | null }[], number]>(
        'DELETE FROM session WHERE name = $1 RETURNING account_id AS account',
        [session],
      );
      if (!deleted) throw new SessionNotFound(session);
      if (deleted.account === null) return 'none';
      if (!withContacts) return 'kept';
      // Who links the account at this moment is waited for, and then seen by the next statement.
      await tx.query('SELECT FROM account WHERE id = $1 FOR UPDATE', [deleted.account]);
      const [, count] = await tx.query<[unknown, number]>(
        'DELETE FROM account WHERE id = $1 AND NOT EXISTS (SELECT FROM session WHERE account_id = $1)',
        [deleted.account],
      );
      return count > 0 ? 'deleted' : 'shared';
    });
  }

  /**
   * Makes the account, just confirmed by its phone, the one that is linked through the session.
   * @throws AccountLinkedElsewhere
   */
  async link(tx: Transaction, session: SessionName, account: { id: number; jid: string }): Promise<void> {
    const other = await this.findLinkedElsewhere(tx, session, account.id);
    if (other) throw new AccountLinkedElsewhere(account.jid, other);
    await tx.query('UPDATE session SET account_id = $2, is_linked = true WHERE name = $1', [
      session,
      account.id,
    ]);
    const event = { name: session, code: null, reason: null };
    await this.feed.append(tx, account.id, [{ kind: 'session.linked', session: event }]);
  }

  /** The account stays the session's, for its contacts are served until another one is linked. */
  async unlink(tx: Transaction, session: SessionName): Promise<void> {
    await tx.query('UPDATE session SET is_linked = false WHERE name = $1', [session]);
  }

  /** The session through which an account is linked; null when it is not. */
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
