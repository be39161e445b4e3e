import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../../database/transaction.js';
import { UNFINISHED } from '../reading/unfinished-reads.js';

export interface PendingHistory {
  id: string;
  /** `proto.Message.HistorySyncNotification`, encoded. */
  notification: Buffer;
  attempts: number;
  /** Weight of the consecutive attempts that began and did not finish; see UNFINISHED. */
  unfinished: number;
  /** ID of the message that announced it; null if unknown. */
  messageId: string | null;
  /** Whether another upload of the file was requested from the phone. */
  isUploadAsked: boolean;
  /** 0: now. */
  dueInMs: number;
}

const HOPELESS_AFTER_ATTEMPTS = 3;
/** A first sync announces a few dozen parts. The first one contains up to a few MB. */
const MAX_PENDING = 300;
const MAX_PENDING_BYTES = 64 * 1024 * 1024;

/** Stores history syncs that were announced and have not been read yet. */
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

  /** Returns whether the limit of stored announcements of one account is reached. */
  async isFull(tx: Transaction, accountId: number): Promise<boolean> {
    const [{ isFull }] = await tx.query<[{ isFull: boolean }]>(
      `SELECT count(*) >= ${MAX_PENDING}
         OR coalesce(sum(octet_length(notification)), 0) > ${MAX_PENDING_BYTES} AS "isFull"
       FROM history_notification WHERE account_id = $1`,
      [accountId],
    );
    return isFull;
  }

  /** Returns history syncs for which another upload was requested from the phone. */
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

  /** Returns the history sync that is due first; null if there is none. */
  async findNext(accountId: number): Promise<PendingHistory | null> {
    const rows = await this.dataSource.query<PendingHistory[]>(
      `SELECT id, notification, attempts, unfinished, message_id AS "messageId",
         upload_asked_at IS NOT NULL AS "isUploadAsked",
         greatest(0, ceil(extract(epoch FROM next_attempt_at - now()) * 1000))::int AS "dueInMs"
       FROM history_notification WHERE account_id = $1
       ORDER BY greatest(next_attempt_at, now()), id LIMIT 1`,
      [accountId],
    );
    return rows[0] ?? null;
  }

  /** Returns the number of history syncs to wait for. Those that failed several times are not counted. */
  async countPending(accountId: number): Promise<number> {
    const [{ count }] = await this.dataSource.query<[{ count: string }]>(
      'SELECT count(*) FROM history_notification WHERE account_id = $1 AND attempts < $2',
      [accountId, HOPELESS_AFTER_ATTEMPTS],
    );
    return Number(count);
  }

  /**
   * Counts an attempt before it begins, so that input that crashes the process is not read forever.
   * @returns false if it has been read in the meantime
   */
  async begin(tx: Transaction, accountId: number, id: string): Promise<boolean> {
    const [rows] = await tx.query<[unknown[], number]>(
      `UPDATE history_notification SET unfinished = unfinished + ${UNFINISHED.begun}
       WHERE account_id = $1 AND id = $2 RETURNING 1`,
      [accountId, id],
    );
    return rows.length > 0;
  }

  async remove(tx: Transaction, accountId: number, id: string): Promise<void> {
    await tx.query('DELETE FROM history_notification WHERE account_id = $1 AND id = $2', [accountId, id]);
  }

  /** @param hasEnded whether the attempt finished by itself */
  async postpone(
    tx: Transaction,
    accountId: number,
    { id, delayMs, error, hasEnded }: { id: string; delayMs: number; error: string; hasEnded: boolean },
  ): Promise<void> {
    await tx.query(
      `UPDATE history_notification SET attempts = attempts + 1, last_error = $4,
         unfinished = CASE WHEN $5 THEN 0 ELSE unfinished + ${UNFINISHED.failed} END,
         next_attempt_at = now() + $3 * interval '1 ms' WHERE account_id = $1 AND id = $2`,
      [accountId, id, delayMs, error, hasEnded],
    );
  }
}
