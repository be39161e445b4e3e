import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../../database/transaction.js';

export interface PendingHistory {
  id: string;
  /** `proto.Message.HistorySyncNotification`, encoded. */
  notification: Buffer;
  attempts: number;
  /** 0: now. */
  dueInMs: number;
}

const HOPELESS_AFTER_ATTEMPTS = 3;

/** History syncs that are announced and not yet read. */
@Injectable()
export class HistoryRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async add(tx: Transaction, accountId: number, notification: Uint8Array): Promise<void> {
    await tx.query('INSERT INTO history_notification (account_id, notification) VALUES ($1, $2)', [
      accountId,
      Buffer.from(notification),
    ]);
  }

  /** The one that is due first. */
  async findNext(accountId: number): Promise<PendingHistory | null> {
    const rows = await this.dataSource.query<PendingHistory[]>(
      `SELECT id, notification, attempts,
         greatest(0, ceil(extract(epoch FROM next_attempt_at - now()) * 1000))::int AS "dueInMs"
       FROM history_notification WHERE account_id = $1
       ORDER BY greatest(next_attempt_at, now()), id LIMIT 1`,
      [accountId],
    );
    return rows[0] ?? null;
  }

  /** How many are still to be expected soon: one that has failed several times holds up nothing any more. */
  async countPending(accountId: number): Promise<number> {
    const [{ count }] = await this.dataSource.query<[{ count: string }]>(
      'SELECT count(*) FROM history_notification WHERE account_id = $1 AND attempts < $2',
      [accountId, HOPELESS_AFTER_ATTEMPTS],
    );
    return Number(count);
  }

  async remove(tx: Transaction, accountId: number, id: string): Promise<void> {
    await tx.query('DELETE FROM history_notification WHERE account_id = $1 AND id = $2', [accountId, id]);
  }

  async postpone(
    tx: Transaction,
    accountId: number,
    { id, delayMs, error }: { id: string; delayMs: number; error: string },
  ): Promise<void> {
    await tx.query(
      `UPDATE history_notification SET attempts = attempts + 1, last_error = $4,
         next_attempt_at = now() + $3 * interval '1 ms' WHERE account_id = $1 AND id = $2`,
      [accountId, id, delayMs, error],
    );
  }
}
