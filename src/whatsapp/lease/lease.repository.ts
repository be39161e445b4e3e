import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { LeasePool } from '../../database/lease-pool.js';
import type { Transaction } from '../../database/transaction.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { LeaseLost } from './lease-lost.js';

/** A holder that was stopped inside a transaction must not hold up its successor for longer than this. */
const MAX_IDLE_IN_TRANSACTION_MS = 5_000;

/**
 * Processes `p` that have renewed their lease of 14 s a moment ago. One that was killed still holds its sessions for a while,
 * but the others share the sessions without it.
 */
const IS_RENEWED = `p.expires_at > now() + interval '8 s'`;

/** A session, and the fencing token that proves the right to write for it. */
export interface FencedSession {
  session: SessionName;
  token: string;
}

export interface TransactionOptions {
  /**
   * False for what is told again if a crash of Postgres should lose it, such as a status: the commit does not wait for the
   * disk. Default true.
   */
  isDurable?: boolean;
}

/** How a process stands, as the database sees it. */
export interface Standing {
  held: FencedSession[];
  /** Sessions there are, and processes that are alive. */
  sessions: number;
  processes: number;
}

/** SQL of the leases; see LeaseHolder for what they are for. */
@Injectable()
export class LeaseRepository {
  /** @param pool of connections for leases alone, see LeasePool */
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(LeasePool) private readonly pool: Pool,
  ) {}

  /** May be repeated when the answer was lost: nothing is claimed before. */
  async register(processId: string, leaseMs: number, encrypts: boolean): Promise<void> {
    await this.pool.query(
      `INSERT INTO session_process (id, expires_at, encrypts) VALUES ($1, now() + $2 * interval '1 ms', $3)
       ON CONFLICT (id) DO UPDATE SET expires_at = EXCLUDED.expires_at`,
      [processId, leaseMs, encrypts],
    );
  }

  /** @returns null when the process was taken for dead, and holds nothing any more */
  async renew(processId: string, leaseMs: number): Promise<Standing | null> {
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

  /** Frees the sessions of processes that are dead. They cannot come back: their row is what they would renew. */
  async removeDead(): Promise<void> {
    await this.pool.query('DELETE FROM session_process WHERE expires_at < now()');
  }

  /**
   * Claims sessions that nobody holds, up to the process's even share, and at most so many that it holds `max`. What the
   * holder before offered to link with is void with its connection, so it goes in the same moment. Where that holder did not
   * release the session, but died or lost it, its last writes are in doubt: the address book is to be reconciled.
   * @param held how many the process holds already
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

  /** Releases everything that the process holds, and takes it off the list. */
  async leave(processId: string): Promise<void> {
    await this.pool.query(
      `WITH released AS (
         UPDATE session SET process_id = NULL, was_released = true WHERE process_id = $1
       )
       DELETE FROM session_process WHERE id = $1`,
      [processId],
    );
  }

  /** @throws LeaseLost when the lease has passed to another, before and instead of the work */
  async transaction<T>(
    { session, token }: FencedSession,
    work: (tx: Transaction) => Promise<T>,
    { isDurable = true }: TransactionOptions = {},
  ): Promise<T> {
    return this.dataSource.transaction(async (tx) => {
      const held = await tx.query<unknown[]>(
        `SELECT set_config('idle_in_transaction_session_timeout', $3, true),
           set_config('synchronous_commit', CASE WHEN $4 THEN current_setting('synchronous_commit') ELSE 'off' END, true)
         FROM session WHERE name = $1 AND fencing_token = $2 FOR KEY SHARE`,
        [session, token, MAX_IDLE_IN_TRANSACTION_MS, isDurable],
      );
      if (held.length === 0) throw new LeaseLost();
      return work(tx);
    });
  }
}
