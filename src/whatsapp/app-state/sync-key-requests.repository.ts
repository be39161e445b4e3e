import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';

/** A phone that does not answer is not asked more often for the same key; whatsmeow does so, too. */
const ASK_EVERY = '1 day';

/** Which sync keys the phone was asked for, and when. */
@Injectable()
export class SyncKeyRequestsRepository {
  /** @returns whether the key may be asked for now; then it counts as asked for */
  async claim(tx: Transaction, session: SessionName, keyId: string): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `INSERT INTO sync_key_request AS r (session, key_id, asked_at) VALUES ($1, $2, now())
       ON CONFLICT (session, key_id) DO UPDATE SET asked_at = EXCLUDED.asked_at
       WHERE r.asked_at < now() - $3::interval
       RETURNING 1`,
      [session, keyId, ASK_EVERY],
    );
    return rows.length > 0;
  }

  /** The question could not be sent. */
  async release(tx: Transaction, session: SessionName, keyId: string): Promise<void> {
    await tx.query('DELETE FROM sync_key_request WHERE session = $1 AND key_id = $2', [session, keyId]);
  }

  /** The link is gone; another one has other keys. */
  async clear(tx: Transaction, session: SessionName): Promise<void> {
    await tx.query('DELETE FROM sync_key_request WHERE session = $1', [session]);
  }
}
