import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../../database/transaction.js';

export interface PendingHistory {
  id: string;
  /** `proto.Message.HistorySyncNotification`, encoded. */
  notification: Buffer;
  attempts: number;
  /** Attempts in a row that have begun and did not end. */
  unfinished: number;
  /** Of the message that has announced it; null: not known. */
  messageId: string | null;
  /** Whether the phone was asked to upload it again. */
  isUploadAsked: boolean;
  /** 0: now. */
  dueInMs: number;
}

const HOPELESS_AFTER_ATTEMPTS = 3;

/** History syncs that are announced and not yet read. */
@Injectable()
export class HistoryRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async add(
    tx: Transaction,
    accountId: number,
    { notification, messageId }: { notification: Uint8Array; messageId: string | null },
  ): Promise<void> {
    await tx.query(
      'INSERT INTO history_notification (account_id, notification, message_id) VALUES ($1, $2, $3)',
      [accountId, Buffer.from(notification), messageId],
    );
  }

  /** Those that the phone was asked to upload again. */
  async findUploadAsked(tx: Transaction, accountId: number): Promise<{ id: string; notification: Buffer }[]> {
    return tx.query(
      'SELECT id, notification FROM history_notification WHERE account_id = $1 AND upload_asked_at IS NOT NULL',
      [accountId],
    );
  }

  async markUploadAsked(tx: Transaction, accountId: number, id: string, isAsked: boolean): Promise<void> {
    await tx.query(
      `UPDATE history_notification SET upload_asked_at = CASE WHEN $3 THEN now() END
       WHERE account_id = $1 AND id = $2`,
      [accountId, id, isAsked],
    );
  }

  /** The one that is due first. */
  async findNext(accountId: number): Promise<PendingHistory | null> {
    const rows = await this.dataSource.query<PendingHistory[]>(
      `SELECT id, notification, attempts, unfinished, message_id AS "messageId", upload_asked_at IS NOT NULL AS "isUploadAsked",
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

  /**
   * Counts an attempt before it begins, so that input on which the process dies is not read for ever.
   * @returns false when it has been read meanwhile
   */
  async begin(tx: Transaction, accountId: number, id: string): Promise<boolean> {
    const [rows] = await tx.query<[unknown[], number]>(
      `UPDATE history_notification SET unfinished = unfinished + 1
       WHERE account_id = $1 AND id = $2 RETURNING 1`,
      [accountId, id],
    );
    return rows.length > 0;
  }

  async remove(tx: Transaction, accountId: number, id: string): Promise<void> {
    await tx.query('DELETE FROM history_notification WHERE account_id = $1 AND id = $2', [accountId, id]);
  }

  /** @param hasEnded whether the attempt has ended by itself */
  async postpone(
    tx: Transaction,
    accountId: number,
    { id, delayMs, error, hasEnded }: { id: string; delayMs: number; error: string; hasEnded: boolean },
  ): Promise<void> {
    await tx.query(
      `UPDATE history_notification SET attempts = attempts + 1, last_error = $4,
         unfinished = CASE WHEN $5 THEN 0 ELSE unfinished END,
         next_attempt_at = now() + $3 * interval '1 ms' WHERE account_id = $1 AND id = $2`,
      [accountId, id, delayMs, error, hasEnded],
    );
  }
}
