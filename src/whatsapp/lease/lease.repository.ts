import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { LeasePool } from '../../database/lease-pool.js';
import type { Transaction } from '../../database/transaction.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { LeaseLost } from './lease-lost.js';

/** How long a process that was suspended inside a transaction can delay the next lease holder. */
const MAX_IDLE_IN_TRANSACTION_MS = 5_000;

/**
 * Processes `p` that renewed their lease of 14 s within the last 6 s. A killed process holds its leases until they
 * expire, but does not count when the others share the sessions.
 */
const IS_RENEWED = `p.expires_at > now() + interval '8 s'`;

/** A session, and the fencing token that permits writing its data. */
export interface FencedSession {
  session: SessionName;
  token: string;
}

export interface TransactionOptions {
  /**
   * Whether the commit waits for the disk. False for data that is written again if a crash of Postgres loses it, such
   * as a status. Default: true.
   */
  isDurable?: boolean;
}

/** Leases of a process, according to the database. */
export interface HeldLeases {
  held: FencedSession[];
  /** Number of all sessions, and of all processes that are alive. */
  sessions: number;
  processes: number;
}

/** Stores the leases; see LeaseHolder. */
@Injectable()
export class LeaseRepository {
  /** @param pool connections for leases only, see LeasePool */
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(LeasePool) private readonly pool: Pool,
  ) {}

  /** Can be repeated when the response was lost. */
  async register(processId: string, leaseMs: number, encrypts: boolean): Promise<void> {
    await this.pool.query(
      `INSERT INTO session_process (id, expires_at, encrypts) VALUES ($1, now() + $2 * interval '1 ms', $3)
       ON CONFLICT (id) DO UPDATE SET expires_at = EXCLUDED.expires_at`,
      [processId, leaseMs, encrypts],
    );
  }

  /** @returns null if another process has removed this one, which therefore holds no leases */
  async renew(processId: string, leaseMs: number): Promise<HeldLeases | null> {
    const { rows } = await this.pool.query<{
      session: SessionName | null;
      token: string;
      sessions: number;
      processes: number;
    }>(
      `WITH me AS (
         UPDATE session_process SET expires_at = now() + $2 * interval '1 ms' WHERE id = $1 RETURNING id
       )
       SELECT s.name AS session, s.fencing_token AS token, (SELECT count(*) FROM session)::int AS sessions,
         (SELECT count(*) FROM session_process p WHERE ${IS_RENEWED} OR p.id = $1)::int AS processes
       FROM me LEFT JOIN session s ON s.process_id = me.id`,
      [processId, leaseMs],
    );
    const [first] = rows;
    if (!first) return null;
    const held = rows.flatMap(({ session, token }) => (session === null ? [] : [{ session, token }]));
    return { held, sessions: first.sessions, processes: first.processes };
  }

  /** Removes dead processes, which frees their sessions. They cannot renew leases without a row. */
  async removeDead(): Promise<void> {
    await this.pool.query('DELETE FROM session_process WHERE expires_at < now()');
  }

  /**
   * Claims free sessions, up to the even share of the process and up to `max` in total. Removes the QR or pairing code
   * of the previous lease holder, which ended with its connection. If that process died or lost the lease instead of
   * releasing it, its last writes are in doubt, so a reconciliation of the address book is scheduled.
   * @param held current number of leases of the process
   */
  async claim(processId: string, { held, max }: { held: number; max: number }): Promise<FencedSession[]> {
    const { rows } = await this.pool.query<FencedSession>(
      `WITH free AS (
         SELECT name, account_id, was_released FROM session WHERE process_id IS NULL ORDER BY name
         LIMIT (SELECT greatest(0, least($3, ceil(count(*) / greatest(1, (
           SELECT count(*) FROM session_process p WHERE ${IS_RENEWED}
         )::numeric))) - $2) FROM session)
         FOR UPDATE SKIP LOCKED
       ), in_doubt AS (
         UPDATE account a SET reconciliation_due = true FROM free
         WHERE a.id = free.account_id AND NOT free.was_released AND NOT a.reconciliation_due
       )
       UPDATE session s SET process_id = $1, fencing_token = nextval('session_fencing_token'), was_released = false,
         link_offer = NULL, status = CASE WHEN status = 'open' THEN 'connecting' ELSE status END,
         since = CASE WHEN status = 'open' THEN now() ELSE since END
       FROM free WHERE s.name = free.name
       RETURNING s.name AS session, s.fencing_token AS token`,
      [processId, held, max],
    );
    return rows;
  }

  async release({ session, token }: FencedSession): Promise<void> {
    await this.pool.query(
      'UPDATE session SET process_id = NULL, was_released = true WHERE name = $1 AND fencing_token = $2',
      [session, token],
    );
  }

  /** Releases all leases of a process, and removes it. */
  async unregister(processId: string): Promise<void> {
    await this.pool.query(
      `WITH released AS (
         UPDATE session SET process_id = NULL, was_released = true WHERE process_id = $1
       )
       DELETE FROM session_process WHERE id = $1`,
      [processId],
    );
  }

  /** @throws LeaseLost if another process holds the lease; the work is not run */
  async transaction<T>(
    { session, token }: FencedSession,
    work: (tx: Transaction) => Promise<T>,
    { isDurable = true }: TransactionOptions = {},
  ): Promise<T> {
    return this.dataSource.transaction(async (tx) => {
      const held = await tx.query<unknown[]>(
        `SELECT set_config('idle_in_transaction_session_timeout', $3, true),
           set_config('synchronous_commit',
             CASE WHEN $4 THEN current_setting('synchronous_commit') ELSE 'off' END, true)
         FROM session WHERE name = $1 AND fencing_token = $2 FOR KEY SHARE`,
        [session, token, MAX_IDLE_IN_TRANSACTION_MS, isDurable],
      );
      if (held.length === 0) throw new LeaseLost();
      return work(tx);
    });
  }
}
