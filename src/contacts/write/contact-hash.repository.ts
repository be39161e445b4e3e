import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import type { Address } from '../../kernel/identifiers/address.js';

/** Identifies a contact in some notifications: the first 3 bytes of md5(user + "WA_ADD_NOTIF") in base64. */
const HASH = (address: string) =>
  `encode(substr(decode(md5(split_part(${address}, '@', 1) || 'WA_ADD_NOTIF'), 'hex'), 1, 3), 'base64')`;

/** Finds contacts that WhatsApp identifies only by a hash. */
@Injectable()
export class ContactHashRepository {
  /**
   * @param hashes of the user part of a number or LID, 4 characters each
   * @returns addresses for each hash; several contacts may have the same hash of 3 bytes
   */
  async find(tx: Transaction, accountId: number, hashes: string[]): Promise<Map<string, Address[]>> {
    const found = new Map<string, Address[]>();
    if (hashes.length === 0) return found;
    const rows = await tx.query<{ hash: string; address: Address }[]>(
      `SELECT h.hash, coalesce(h.jid, h.lid) AS address FROM (
         SELECT ${HASH('jid')} AS hash, jid, lid FROM contact WHERE account_id = $1 AND jid IS NOT NULL
         UNION
         SELECT ${HASH('lid')}, jid, lid FROM contact WHERE account_id = $1 AND lid IS NOT NULL
       ) h WHERE h.hash = ANY ($2::text[])`,
      [accountId, hashes],
    );
    for (const { hash, address } of rows) found.set(hash, [...(found.get(hash) ?? []), address]);
    return found;
  }
}
