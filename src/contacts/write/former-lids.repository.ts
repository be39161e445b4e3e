import { Injectable } from '@nestjs/common';
import type { Lid } from '../../kernel/identifiers/address.js';
import type { AccountTx } from './account-tx.js';
import type { LidChange } from './contact-changes.js';

/** The current LID of the contact that had a former one. */
export interface LidSuccessor {
  lid: Lid;
  since: Date;
}

/**
 * Stores former LIDs. WhatsApp continues to send them: history may map a number to a former LID, and queued messages
 * have it as their sender.
 */
@Injectable()
export class FormerLidsRepository {
  /** Returns the successors of LIDs that are former ones. */
  async find(tx: AccountTx, lids: Lid[]): Promise<Map<Lid, LidSuccessor>> {
    if (lids.length === 0) return new Map();
    const rows = await tx.query<(LidSuccessor & { former: Lid })[]>(
      `SELECT lid AS former, current_lid AS lid, changed_at AS since FROM former_lid
       WHERE account_id = $1 AND lid = ANY ($2::text[])`,
      [lids],
    );
    return new Map(rows.map(({ former, lid, since }) => [former, { lid, since }]));
  }

  /** Makes the old LID, and all LIDs that it replaced, identify the new one. A LID in use is not a former one. */
  async remember(tx: AccountTx, { oldLid, newLid, observedAt }: LidChange): Promise<void> {
    await tx.query('DELETE FROM former_lid WHERE account_id = $1 AND lid = $2', [newLid]);
    await tx.query(
      'UPDATE former_lid SET current_lid = $3, changed_at = $4 WHERE account_id = $1 AND current_lid = $2',
      [oldLid, newLid, observedAt],
    );
    await tx.query(
      `INSERT INTO former_lid (account_id, lid, current_lid, changed_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (account_id, lid)
       DO UPDATE SET current_lid = EXCLUDED.current_lid, changed_at = EXCLUDED.changed_at`,
      [oldLid, newLid, observedAt],
    );
  }
}
