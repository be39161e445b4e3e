import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import type { Lid } from '../../kernel/identifiers/address.js';
import type { LidChange } from './contact-changes.js';

/** Whose LID a former one was: the one that they have now, and since when. */
export interface LidSuccessor {
  lid: Lid;
  since: Date;
}

/**
 * LIDs that people had before. WhatsApp goes on to speak of them: history that was under way pairs a number with the former
 * LID, and a message that waited comes from it.
 */
@Injectable()
export class FormerLidsRepository {
  /** @returns the successors of those that are former ones */
  async find(tx: Transaction, accountId: number, lids: Lid[]): Promise<Map<Lid, LidSuccessor>> {
    if (lids.length === 0) return new Map();
    const rows = await tx.query<(LidSuccessor & { former: Lid })[]>(
      `SELECT lid AS former, current_lid AS lid, changed_at AS since FROM former_lid
       WHERE account_id = $1 AND lid = ANY ($2::text[])`,
      [accountId, lids],
    );
    return new Map(rows.map(({ former, lid, since }) => [former, { lid, since }]));
  }

  /** From now on the former LID stands for the new one, as do all that stood for the former. A LID in use is no former one. */
  async remember(
    tx: Transaction,
    accountId: number,
    { oldLid, newLid, observedAt }: LidChange,
  ): Promise<void> {
    await tx.query('DELETE FROM former_lid WHERE account_id = $1 AND lid = $2', [accountId, newLid]);
    await tx.query(
      'UPDATE former_lid SET current_lid = $3, changed_at = $4 WHERE account_id = $1 AND current_lid = $2',
      [accountId, oldLid, newLid, observedAt],
    );
    await tx.query(
      `INSERT INTO former_lid (account_id, lid, current_lid, changed_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (account_id, lid) DO UPDATE SET current_lid = EXCLUDED.current_lid, changed_at = EXCLUDED.changed_at`,
      [accountId, oldLid, newLid, observedAt],
    );
  }
}
