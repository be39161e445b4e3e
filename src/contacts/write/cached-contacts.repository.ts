import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import { type Address, isLid } from '../../kernel/identifiers/address.js';
import { type CachedContact, shortKey } from './contact-cache.js';

/** Reads contacts for a ContactCache. */
@Injectable()
export class CachedContactsRepository {
  /**
   * Returns the contacts that have one of the addresses, as this transaction will commit them. Omits contacts that a
   * repeated value could still change: those whose LID is a former one, and those that share their username.
   */
  async find(tx: Transaction, accountId: number, addresses: readonly Address[]): Promise<CachedContact[]> {
    if (addresses.length === 0) return [];
    const rows = await tx.query<(Omit<CachedContact, 'identityKey' | 'hint'> & { key: Buffer | null })[]>(
      `SELECT c.jid, c.lid, c.mapped_at IS NOT NULL AS "isMapped", c.push_name AS "pushName", c.username,
         c.business_name AS "businessName", c.is_business AS "isBusiness", k.key
       FROM contact c
       LEFT JOIN identity_key k ON k.account_id = c.account_id AND k.contact_id = c.id AND k.is_current
       WHERE c.account_id = $1
         AND c.id = ANY (ARRAY(
           SELECT id FROM contact WHERE account_id = $1 AND jid = ANY ($2::text[])
           UNION SELECT id FROM contact WHERE account_id = $1 AND lid = ANY ($3::text[])
         ))
         AND NOT EXISTS (SELECT FROM former_lid f WHERE f.account_id = $1 AND f.lid = c.lid)
         AND NOT EXISTS (
           SELECT FROM contact o
           WHERE o.account_id = $1 AND lower(o.username) = lower(c.username) AND o.id <> c.id
         )`,
      [accountId, addresses.filter((address) => !isLid(address)), addresses.filter(isLid)],
    );
    return rows.map(({ key, ...person }) => ({ ...person, identityKey: key && shortKey(key), hint: null }));
  }
}
