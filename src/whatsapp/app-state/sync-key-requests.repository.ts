import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';

/** Interval between requests for the same key, as in whatsmeow. */
const BETWEEN_REQUESTS = '1 day';

/** Stores which sync keys were requested from the phone, and when. */
@Injectable()
export class SyncKeyRequestsRepository {
  /** @returns whether the key may be requested now; if so, it counts as requested */
  async claim(tx: Transaction, session: SessionName, keyId: string): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `INSERT INTO sync_key_request AS r (session, key_id, asked_at) VALUES ($1, $2, now())
       ON CONFLICT (session, key_id) DO UPDATE SET asked_at = EXCLUDED.asked_at
       WHERE r.asked_at < now() - $3::interval
       RETURNING 1`,
      [session, keyId, BETWEEN_REQUESTS],
    );
    return rows.length > 0;
  }

  /** Undoes claim(), because the request could not be sent. */
  async release(tx: Transaction, session: SessionName, keyId: string): Promise<void> {
    await tx.query('DELETE FROM sync_key_request WHERE session = $1 AND key_id = $2', [session, keyId]);
  }

  /** Deletes all requests of a link that has ended. The next link has other keys. */
  async clear(tx: Transaction, session: SessionName): Promise<void> {
    await tx.query('DELETE FROM sync_key_request WHERE session = $1', [session]);
  }
}
