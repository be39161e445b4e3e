import { Injectable } from '@nestjs/common';
import type { Address } from '../../kernel/identifiers/address.js';
import { forEachBatch } from '../address-batches.js';
import type { AccountTx } from './account-tx.js';
import type { IdentityKeySeen } from './contact-changes.js';

/** Stores current and previous identity keys. */
@Injectable()
export class IdentityKeysRepository {
  /** Adds keys, each at most once per contact. The key that was seen last becomes the current one. */
  async add(tx: AccountTx, keys: IdentityKeySeen[]): Promise<void> {
    await forEachBatch(keys, async (column, batch) => {
      const values = [batch.map(({ address }) => address)];
      await tx.query(
        `INSERT INTO contact (account_id, ${column}) SELECT DISTINCT $1::int, p FROM unnest($2::text[]) AS p
         ON CONFLICT DO NOTHING`,
        values,
      );
      const seen = await tx.query<{ contact_id: string; is_earlier: boolean }[]>(
        `WITH entry AS (
           SELECT c.id AS contact_id, p.key, p.seen_at, p.place
           FROM unnest($2::text[], $3::bytea[], $4::timestamptz[]) WITH ORDINALITY AS p (address, key, seen_at, place)
           JOIN contact c ON c.account_id = $1 AND c.${column} = ANY ($2::text[]) AND c.${column} = p.address
         ), earlier AS (
           SELECT k.contact_id FROM entry e
           JOIN identity_key k ON k.account_id = $1 AND k.contact_id = e.contact_id AND k.key = e.key
           WHERE k.is_current AND e.seen_at < k.first_seen_at
         ), stored AS (
           INSERT INTO identity_key AS k (account_id, contact_id, key, first_seen_at, last_seen_at, is_current)
           SELECT $1, contact_id, key, seen_at, seen_at, false FROM entry ORDER BY place
           ON CONFLICT (account_id, contact_id, key) DO UPDATE SET
             first_seen_at = least(k.first_seen_at, EXCLUDED.first_seen_at),
             last_seen_at = greatest(k.last_seen_at, EXCLUDED.last_seen_at)
           WHERE EXCLUDED.first_seen_at < k.first_seen_at OR EXCLUDED.last_seen_at > k.last_seen_at
           RETURNING contact_id
         )
         SELECT contact_id, contact_id IN (SELECT contact_id FROM earlier) AS is_earlier FROM stored`,
        [...values, batch.map(({ key }) => key), batch.map(({ seenAt }) => seenAt)],
      );
      const earlier = seen.filter(({ is_earlier }) => is_earlier).map(({ contact_id }) => contact_id);
      if (earlier.length > 0)
        await tx.query(
          'UPDATE contact SET updated_at = now() WHERE account_id = $1 AND id = ANY ($2::bigint[])',
          [earlier],
        );
      await this.chooseCurrent(
        tx,
        seen.map(({ contact_id }) => contact_id),
      );
    });
  }

  /** Returns the current identity keys, 32 bytes each, of the addresses whose key is stored. */
  async findCurrent(tx: AccountTx, addresses: Address[]): Promise<Map<Address, Uint8Array>> {
    const keys = new Map<Address, Uint8Array>();
    const contacts = addresses.map((address) => ({ address }));
    await forEachBatch(contacts, async (column, batch) => {
      const rows = await tx.query<{ address: Address; key: Buffer }[]>(
        `SELECT c.${column} AS address, k.key FROM contact c
         JOIN identity_key k ON k.account_id = c.account_id AND k.contact_id = c.id AND k.is_current
         WHERE c.account_id = $1 AND c.${column} = ANY ($2::text[])`,
        [batch.map(({ address }) => address)],
      );
      for (const { address, key } of rows) keys.set(address, key);
    });
    return keys;
  }

  /** Moves the keys of contacts to others. If both have a key, the widest time range is stored. */
  async move(tx: AccountTx, rows: { from: string; to: string }[]): Promise<void> {
    if (rows.length === 0) return;
    const to = rows.map((row) => row.to);
    await tx.query(
      `WITH gone AS (
         DELETE FROM identity_key k USING unnest($2::bigint[], $3::bigint[]) AS m (source, target)
         WHERE k.account_id = $1 AND k.contact_id = ANY ($2::bigint[]) AND k.contact_id = m.source
         RETURNING m.target, k.id, k.key, k.first_seen_at, k.last_seen_at
       )
       INSERT INTO identity_key AS k (account_id, contact_id, key, first_seen_at, last_seen_at, is_current)
       SELECT $1, target, key, first_seen_at, last_seen_at, false FROM gone ORDER BY last_seen_at, id
       ON CONFLICT (account_id, contact_id, key) DO UPDATE SET
         first_seen_at = least(k.first_seen_at, EXCLUDED.first_seen_at),
         last_seen_at = greatest(k.last_seen_at, EXCLUDED.last_seen_at)`,
      [rows.map((row) => row.from), to],
    );
    await this.chooseCurrent(tx, to);
  }

  /** Uses two statements, because the unique index does not allow two current keys at any time. */
  private async chooseCurrent(tx: AccountTx, contactIds: string[]): Promise<void> {
    if (contactIds.length === 0) return;
    const newest = `SELECT DISTINCT ON (contact_id) id, contact_id FROM identity_key
      WHERE account_id = $1 AND contact_id = ANY ($2::bigint[]) ORDER BY contact_id, last_seen_at DESC, id DESC`;
    await tx.query(
      `UPDATE identity_key k SET is_current = false FROM (${newest}) n
       WHERE k.account_id = $1 AND k.contact_id = n.contact_id AND k.is_current AND k.id <> n.id`,
      [contactIds],
    );
    await tx.query(
      `WITH chosen AS (
         UPDATE identity_key k SET is_current = true FROM (${newest}) n
         WHERE k.account_id = $1 AND k.id = n.id AND NOT k.is_current RETURNING k.contact_id
       )
       UPDATE contact c SET updated_at = now() FROM chosen
       WHERE c.account_id = $1 AND c.id = chosen.contact_id`,
      [contactIds],
    );
  }
}
