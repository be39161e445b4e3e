import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';

/** LIDs that belong to people of an account, now or formerly. */
@Injectable()
export class KnownLidsRepository {
  /**
   * Finds the numbers that are the digits of a LID, and that no contact has so far.
   *
   * @param jids `<digits>@s.whatsapp.net`, each once
   * @param certain those of them that are known to be LIDs
   */
  async findUsedAsNumbers(
    tx: Transaction,
    accountId: number,
    { jids, certain }: { jids: string[]; certain: string[] },
  ): Promise<Set<string>> {
    if (jids.length === 0) return new Set();
    const rows = await tx.query<{ jid: string }[]>(
      `SELECT p.jid FROM (SELECT jid, split_part(jid, '@', 1) || '@lid' AS lid FROM unnest($2::text[]) AS jid) p
       WHERE (EXISTS (SELECT FROM contact c WHERE c.account_id = $1 AND c.lid = p.lid)
           OR EXISTS (SELECT FROM former_lid f WHERE f.account_id = $1 AND f.lid = p.lid)
           OR p.jid = ANY ($3::text[]))
         AND NOT EXISTS (SELECT FROM contact c WHERE c.account_id = $1 AND c.jid = p.jid)`,
      [accountId, jids, certain],
    );
    return new Set(rows.map(({ jid }) => jid));
  }
}
