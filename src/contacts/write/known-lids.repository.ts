import { Injectable } from '@nestjs/common';
import type { AccountTx } from './account-tx.js';

/** Finds current and former LIDs of an account's contacts. */
@Injectable()
export class KnownLidsRepository {
  /**
   * Finds numbers that consist of the digits of a LID and that no contact has yet.
   *
   * @param jids `<digits>@s.whatsapp.net`, each once
   * @param certain the JIDs among them that are known to be LIDs
   */
  async findUsedAsNumbers(
    tx: AccountTx,
    { jids, certain }: { jids: string[]; certain: string[] },
  ): Promise<Set<string>> {
    if (jids.length === 0) return new Set();
    const rows = await tx.query<{ jid: string }[]>(
      `SELECT p.jid FROM (SELECT jid, split_part(jid, '@', 1) || '@lid' AS lid FROM unnest($2::text[]) AS jid) p
       WHERE (EXISTS (SELECT FROM contact c WHERE c.account_id = $1 AND c.lid = p.lid)
           OR EXISTS (SELECT FROM former_lid f WHERE f.account_id = $1 AND f.lid = p.lid)
           OR p.jid = ANY ($3::text[]))
         AND NOT EXISTS (SELECT FROM contact c WHERE c.account_id = $1 AND c.jid = p.jid)`,
      [jids, certain],
    );
    return new Set(rows.map(({ jid }) => jid));
  }
}
