import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import type { Address } from '../../kernel/identifiers/address.js';
import type { BusinessName, PushName, SavedContact, Username } from './contact-changes.js';
import { forEachBatch } from '../address-batches.js';

/** Number and LID records of the address book are two sources, so they have columns of their own. */
const SOURCES = {
  jid: { saved: 'saved', fullName: 'full_name', firstName: 'first_name' },
  lid: { saved: 'lid_saved', fullName: 'lid_full_name', firstName: 'lid_first_name' },
} as const;

/** A statement as it is, which tells nobody. */
const silently = (statement: string) => statement;

/**
 * Writes to the address book. Every method takes any number of people, each person at most once, and touches only
 * the columns of its fact; rows that would not change are not rewritten.
 * Those that may have many to write take a function that makes their statements tell the feed (telling.sql.ts).
 */
@Injectable()
export class ContactChangesRepository {
  /**
   * Makes other writers of the account's contacts wait for the end of the transaction; readers do not.
   * @returns whether the first sync is complete
   */
  async lock(tx: Transaction, accountId: number): Promise<{ isSynced: boolean }> {
    const [locked] = await tx.query<{ isSynced: boolean }[]>(
      'SELECT synced_at IS NOT NULL AS "isSynced" FROM account WHERE id = $1 FOR NO KEY UPDATE',
      [accountId],
    );
    return locked ?? { isSynced: false };
  }

  /** Saved on the phone. A record with no name at all changes no name. */
  async save(tx: Transaction, accountId: number, contacts: SavedContact[], tell = silently): Promise<void> {
    await forEachBatch(contacts, async (column, batch) => {
      const { saved, fullName, firstName } = SOURCES[column];
      const isNamed = `num_nonnulls(EXCLUDED.${fullName}, EXCLUDED.${firstName}) > 0`;
      await tx.query(
        tell(`INSERT INTO contact AS c (account_id, ${column}, ${saved}, ${fullName}, ${firstName})
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
          accountId,
          batch.map(({ address }) => address),
          batch.map((contact) => contact.fullName),
          batch.map((contact) => contact.firstName),
        ],
      );
    });
  }

  /** Deleted on the phone: the saved names go, what the person says of himself stays. */
  async unsave(tx: Transaction, accountId: number, addresses: Address[], tell = silently): Promise<void> {
    const people = addresses.map((address) => ({ address }));
    await forEachBatch(people, async (column, batch) => {
      const { saved, fullName, firstName } = SOURCES[column];
      await tx.query(
        tell(`UPDATE contact AS c SET ${saved} = false, ${fullName} = NULL, ${firstName} = NULL, updated_at = now()
         WHERE account_id = $1 AND ${column} = ANY ($2::text[]) AND ${saved}`),
        [accountId, batch.map(({ address }) => address)],
      );
    });
  }

  /** How many contacts this transaction has written so far. */
  async countChangedBy(tx: Transaction, accountId: number): Promise<number> {
    const [{ count }] = await tx.query<[{ count: string }]>(
      'SELECT count(*) FROM contact WHERE account_id = $1 AND updated_at = now()',
      [accountId],
    );
    return Number(count);
  }

  /** Raises the account's revision if this transaction has written to its contacts, pictures or keys; triggers note it. */
  async revise(tx: Transaction, accountId: number): Promise<void> {
    await tx.query(
      `UPDATE account SET revision = revision + 1
       WHERE id = $1 AND current_setting('contacts.written', true) = 'true'`,
      [accountId],
    );
  }

  async setPushNames(
    tx: Transaction,
    accountId: number,
    pushNames: PushName[],
    tell = silently,
  ): Promise<void> {
    await forEachBatch(pushNames, async (column, batch) => {
      await tx.query(
        tell(`INSERT INTO contact AS c (account_id, ${column}, push_name, push_name_at)
         SELECT $1, p.* FROM unnest($2::text[], $3::text[], $4::timestamptz[]) AS p
         ON CONFLICT (account_id, ${column}) DO UPDATE
         SET push_name = EXCLUDED.push_name, push_name_at = EXCLUDED.push_name_at, updated_at = now()
         WHERE c.push_name IS DISTINCT FROM EXCLUDED.push_name
           AND (c.push_name IS NULL OR c.push_name_at <= EXCLUDED.push_name_at)`),
        [
          accountId,
          batch.map(({ address }) => address),
          batch.map(({ name }) => name),
          batch.map(({ observedAt }) => observedAt),
        ],
      );
    });
  }

  /** User names are unique on WhatsApp: who had it before has it no more. A name that is gone makes nobody known. */
  async setUsernames(tx: Transaction, accountId: number, usernames: Username[]): Promise<void> {
    await forEachBatch(usernames, async (column, batch) => {
      const values = [
        accountId,
        batch.map(({ address }) => address),
        batch.map(({ name }) => name),
        batch.map(({ observedAt }) => observedAt),
      ];
      await tx.query(
        `UPDATE contact c SET username = NULL, username_at = p.observed_at, updated_at = now()
         FROM unnest($2::text[], $3::text[], $4::timestamptz[]) AS p (address, name, observed_at)
         WHERE c.account_id = $1 AND lower(c.username) = ANY (ARRAY(SELECT lower(n) FROM unnest($3::text[]) AS n))
           AND lower(c.username) = lower(p.name) AND c.${column} IS DISTINCT FROM p.address
           AND c.username_at <= p.observed_at`,
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

  async setBusinessNames(tx: Transaction, accountId: number, businessNames: BusinessName[]): Promise<void> {
    await forEachBatch(businessNames, async (column, batch) => {
      await tx.query(
        `INSERT INTO contact AS c (account_id, ${column}, business_name)
         SELECT $1, p.* FROM unnest($2::text[], $3::text[]) AS p
         ON CONFLICT (account_id, ${column}) DO UPDATE
         SET business_name = EXCLUDED.business_name, updated_at = now()
         WHERE c.business_name IS DISTINCT FROM EXCLUDED.business_name`,
        [accountId, batch.map(({ address }) => address), batch.map(({ name }) => name)],
      );
    });
  }
}
