import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../../database/transaction.js';
import { LeaseLost } from './lease-lost.js';

/** An owner that was stopped inside a transaction must not hold up its successor for longer than this. */
const MAX_IDLE_IN_TRANSACTION_MS = 5_000;

export interface TakenLease {
  /** The new fencing number. */
  fence: string;
  /** Whether the owner before did not give it up, but died or lost it. */
  wasAbandoned: boolean;
}

/** SQL of the lease; see Lease for what it is for. */
@Injectable()
export class LeaseRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * What the owner before offered to link with is void with its connection, so it goes in the same moment.
   * @returns null while somebody else holds the lease
   */
  async take(owner: string, leaseMs: number): Promise<TakenLease | null> {
    const [rows] = await this.dataSource.query<[TakenLease[], number]>(
      `WITH free AS (
         SELECT owner FROM session_lease WHERE owner IS NULL OR owner = $1 OR expires_at < now() FOR UPDATE
       ), stale_offer AS (
         UPDATE session_state SET link_offer = NULL WHERE link_offer IS NOT NULL AND EXISTS (SELECT FROM free)
       )
       UPDATE session_lease l SET owner = $1, fence = fence + 1, expires_at = now() + $2 * interval '1 ms'
       FROM free RETURNING l.fence, free.owner IS NOT NULL AS "wasAbandoned"`,
      [owner, leaseMs],
    );
    return rows[0] ?? null;
  }

  /** @returns false when the lease is no longer ours */
  async renew(fence: string, leaseMs: number): Promise<boolean> {
    const [, count] = await this.dataSource.query<[unknown, number]>(
      `UPDATE session_lease SET expires_at = now() + $2 * interval '1 ms' WHERE fence = $1`,
      [fence, leaseMs],
    );
    return count === 1;
  }

  async giveUp(fence: string): Promise<void> {
    await this.dataSource.query(
      `UPDATE session_lease SET owner = NULL, expires_at = '-infinity' WHERE fence = $1`,
      [fence],
    );
  }

  /** @throws LeaseLost when the lease has passed to another, before and instead of the work */
  async transaction<T>(fence: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (tx) => {
      await tx.query(`SET LOCAL idle_in_transaction_session_timeout = ${MAX_IDLE_IN_TRANSACTION_MS}`);
      const held = await tx.query<unknown[]>('SELECT FROM session_lease WHERE fence = $1 FOR KEY SHARE', [
        fence,
      ]);
      if (held.length === 0) throw new LeaseLost();
      return work(tx);
    });
  }
}
