import { Injectable } from '@nestjs/common';
import type { Address } from '../../kernel/identifiers/address.js';
import { forEachBatch } from '../address-batches.js';
import type { AccountTx } from './account-tx.js';
import type { BusinessName, PushName, SavedContact, Username } from './contact-changes.js';

/** Records under numbers and under LIDs are two sources with separate columns. */
const SOURCES = {
  jid: { saved: 'saved', fullName: 'full_name', firstName: 'first_name' },
  lid: { saved: 'lid_saved', fullName: 'lid_full_name', firstName: 'lid_first_name' },
} as const;

type Wrap = (statement: string) => string;

/** Appends nothing to the feed. */
const unwrapped: Wrap = (statement) => statement;

/**
 * Writes names. Methods accept any number of contacts, each at most once, and write only the columns of their source.
 * Rows that do not change are not written.
 * `wrap` changes statements, for example to append to the feed (name-changes.sql.ts).
 */
@Injectable()
export class ContactChangesRepository {
  /**
   * Locks the account until the end of the transaction. Other writers of its contacts wait; readers do not.
   *
   * @returns whether the first sync is complete
   */
  async lock(tx: AccountTx): Promise<{ isSynced: boolean }> {
    const [locked] = await tx.query<{ isSynced: boolean }[]>(
      'SELECT synced_at IS NOT NULL AS "isSynced" FROM account WHERE id = $1 FOR NO KEY UPDATE',
    );
    return locked ?? { isSynced: false };
  }

  /** Stores contacts saved on the phone. A record without any name keeps the stored names. */
  async save(tx: AccountTx, contacts: SavedContact[], wrap = unwrapped): Promise<void> {
    await forEachBatch(contacts, async (column, batch) => {
      const { saved, fullName, firstName } = SOURCES[column];
      const isNamed = `num_nonnulls(EXCLUDED.${fullName}, EXCLUDED.${firstName}) > 0`;
      await tx.query(
        wrap(`INSERT INTO contact AS c (account_id, ${column}, ${saved}, ${fullName}, ${firstName})
         SELECT $1, address, true, full_name, first_name
         FROM unnest($2::text[], $3::text[], $4::text[]) AS p (address, full_name, first_name)
         ON CONFLICT (account_id, ${column}) DO UPDATE SET
           ${saved} = true,
           ${fullName} = CASE WHEN ${isNamed} THEN EXCLUDED.${fullName} ELSE c.${fullName} END,
           ${firstName} = CASE WHEN ${isNamed} THEN EXCLUDED.${firstName} ELSE c.${firstName} END,
           updated_at = now()
         WHERE NOT c.${saved} OR ${isNamed}
           AND (c.${fullName}, c.${firstName}) IS DISTINCT FROM (EXCLUDED.${fullName}, EXCLUDED.${firstName})`),
        [
          batch.map(({ address }) => address),
          batch.map((contact) => contact.fullName),
          batch.map((contact) => contact.firstName),
        ],
      );
    });
  }

  /** Removes the saved names of contacts that are deleted on the phone. Keeps their profiles. */
  async unsave(tx: AccountTx, addresses: Address[], wrap = unwrapped): Promise<void> {
    const contacts = addresses.map((address) => ({ address }));
    await forEachBatch(contacts, async (column, batch) => {
      const { saved, fullName, firstName } = SOURCES[column];
      await tx.query(
        wrap(`UPDATE contact AS c SET ${saved} = false, ${fullName} = NULL, ${firstName} = NULL, updated_at = now()
         WHERE account_id = $1 AND ${column} = ANY ($2::text[]) AND ${saved}`),
        [batch.map(({ address }) => address)],
      );
    });
  }

  /** Returns how many contacts this transaction has written so far. */
  async countChangedBy(tx: AccountTx): Promise<number> {
    const [{ count }] = await tx.query<[{ count: string }]>(
      'SELECT count(*) FROM contact WHERE account_id = $1 AND updated_at = now()',
    );
    return Number(count);
  }

  /** Increments the account's revision if triggers have set `contacts.written` in this transaction. */
  async revise(tx: AccountTx): Promise<void> {
    await tx.query(
      `UPDATE account SET revision = revision + 1
       WHERE id = $1 AND current_setting('contacts.written', true) = 'true'`,
    );
  }

  /**
   * Sets a name unless a later one is stored. A LID sets a missing name at any time. A number does not, because it
   * may be the name of its previous owner (see LidMappingsRepository).
   */
  async setPushNames(tx: AccountTx, pushNames: PushName[], wrap = unwrapped): Promise<void> {
    await forEachBatch(pushNames, async (column, batch) => {
      await tx.query(
        wrap(`INSERT INTO contact AS c (account_id, ${column}, push_name, push_name_at)
         SELECT $1, p.* FROM unnest($2::text[], $3::text[], $4::timestamptz[]) AS p
         ON CONFLICT (account_id, ${column}) DO UPDATE
         SET push_name = EXCLUDED.push_name, push_name_at = EXCLUDED.push_name_at, updated_at = now()
         WHERE c.push_name IS DISTINCT FROM EXCLUDED.push_name
           AND (c.${column === 'lid' ? 'push_name' : 'push_name_at'} IS NULL
             OR c.push_name_at <= EXCLUDED.push_name_at)`),
        [
          batch.map(({ address }) => address),
          batch.map(({ name }) => name),
          batch.map(({ observedAt }) => observedAt),
        ],
      );
    });
  }

  /**
   * Removes each username from its previous owner, unless the new owner has a later one. The removal of a username does
   * not create a contact.
   */
  async setUsernames(tx: AccountTx, usernames: Username[]): Promise<void> {
    await forEachBatch(usernames, async (column, batch) => {
      const values = [
        batch.map(({ address }) => address),
        batch.map(({ name }) => name),
        batch.map(({ observedAt }) => observedAt),
      ];
      await tx.query(
        `UPDATE contact c SET username = NULL, username_at = p.observed_at, updated_at = now()
         FROM unnest($2::text[], $3::text[], $4::timestamptz[]) AS p (address, name, observed_at)
         WHERE c.account_id = $1 AND lower(c.username) = ANY (ARRAY(SELECT lower(n) FROM unnest($3::text[]) AS n))
           AND lower(c.username) = lower(p.name) AND c.${column} IS DISTINCT FROM p.address
           AND c.username_at <= p.observed_at
           AND NOT EXISTS (
             SELECT FROM contact k
             WHERE k.account_id = $1 AND k.${column} = p.address AND k.username_at > p.observed_at)`,
        values,
      );
      await tx.query(
        `INSERT INTO contact AS c (account_id, ${column}, username, username_at)
         SELECT $1, p.* FROM unnest($2::text[], $3::text[], $4::timestamptz[]) AS p (address, name, observed_at)
         WHERE p.name IS NOT NULL OR EXISTS (
           SELECT FROM contact k WHERE k.account_id = $1 AND k.${column} = p.address)
         ON CONFLICT (account_id, ${column}) DO UPDATE
         SET username = EXCLUDED.username, username_at = EXCLUDED.username_at, updated_at = now()
         WHERE c.username IS DISTINCT FROM EXCLUDED.username
           AND (c.username_at IS NULL OR c.username_at <= EXCLUDED.username_at)`,
        values,
      );
    });
  }

  async setBusinessNames(tx: AccountTx, businessNames: BusinessName[]): Promise<void> {
    await forEachBatch(businessNames, async (column, batch) => {
      await tx.query(
        `INSERT INTO contact AS c (account_id, ${column}, business_name)
         SELECT $1, p.* FROM unnest($2::text[], $3::text[]) AS p
         ON CONFLICT (account_id, ${column}) DO UPDATE
         SET business_name = EXCLUDED.business_name, updated_at = now()
         WHERE c.business_name IS DISTINCT FROM EXCLUDED.business_name`,
        [batch.map(({ address }) => address), batch.map(({ name }) => name)],
      );
    });
  }
}
