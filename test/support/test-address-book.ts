import type { DataSource } from 'typeorm';
import type { ContactDto } from '../../src/api/contacts/contact.dto.js';
import { toContactLookup } from '../../src/api/contacts/contact-reference.js';
import type { ContactRowJson } from '../../src/contacts/contact-row.js';
import {
  ContactDetailsRepository,
  type KeyRow,
  type StoredContact,
} from '../../src/contacts/read/contact-details.repository.js';
import { ContactsRepository } from '../../src/contacts/read/contacts.repository.js';
import { ContactCaches } from '../../src/contacts/write/contact-cache.js';
import type { ContactChanges } from '../../src/contacts/write/contact-changes.js';
import { ContactChangesRepository } from '../../src/contacts/write/contact-changes.repository.js';
import { ContactSnapshotsRepository } from '../../src/contacts/write/contact-snapshots.repository.js';
import { ContactsService } from '../../src/contacts/write/contacts.service.js';
import { FormerLidsRepository } from '../../src/contacts/write/former-lids.repository.js';
import { IdentityKeysRepository } from '../../src/contacts/write/identity-keys.repository.js';
import { KnownLidsRepository } from '../../src/contacts/write/known-lids.repository.js';
import { LidChangesRepository } from '../../src/contacts/write/lid-changes.repository.js';
import { LidMappingsRepository } from '../../src/contacts/write/lid-mappings.repository.js';
import { MergedContactsRepository } from '../../src/contacts/write/merged-contacts.repository.js';
import { NumberChangesRepository } from '../../src/contacts/write/number-changes.repository.js';
import { PicturesRepository } from '../../src/contacts/write/pictures.repository.js';
import { ProfileChangesRepository } from '../../src/contacts/write/profile-changes.repository.js';
import { ProfileMovesRepository } from '../../src/contacts/write/profile-moves.repository.js';
import { poolOf } from '../../src/database/postgres-pool.js';
import type { Transaction } from '../../src/database/transaction.js';
import type { ChangeKind } from '../../src/feed/change.js';
import { FeedRepository } from '../../src/feed/feed.repository.js';
import { Config } from '../../src/kernel/config/config.js';
import type { Address, Jid, Lid } from '../../src/kernel/identifiers/address.js';
import { DEFAULT_SESSION } from '../../src/kernel/identifiers/session-name.js';
import { openDataSource } from './open-data-source.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** JID of the account. */
export const ME = '4915100000000@s.whatsapp.net' as Jid;
export const MY_LID = '900000000000000@lid' as Lid;

/** A row of the feed; see Change. */
export interface FeedRow {
  seq: number;
  kind: ChangeKind;
  id: string;
  jid: string | null;
  lid: string | null;
  fields: string[];
  mergedInto: string | null;
  contact: ContactRowJson | null;
}

/** An address book in a dedicated database, written with the code of the session role, without Nest. */
export class TestAddressBook {
  accountId = 0;
  private readonly contacts: ContactsService;
  private readonly details: ContactDetailsRepository;

  protected constructor(
    readonly database: TestDatabase,
    readonly dataSource: DataSource,
    config: Partial<Config> = {},
  ) {
    this.contacts = createContactsService(config);
    this.details = new ContactDetailsRepository(dataSource);
  }

  static async create(config: Partial<Config> = {}): Promise<TestAddressBook> {
    const database = await createTestDatabase();
    return new TestAddressBook(database, await openDataSource(database.url), config);
  }

  /** Links the account again, with an empty address book. */
  async clear(): Promise<void> {
    await this.dataSource.query('UPDATE session SET account_id = NULL, is_linked = false');
    await this.dataSource.query('DELETE FROM account');
    const [{ id }] = await this.dataSource.query<[{ id: number }]>(
      'INSERT INTO account (jid, linked_at, synced_at) VALUES ($1, now(), now()) RETURNING id',
      [ME],
    );
    await this.dataSource.query(
      `UPDATE session SET account_id = $1, is_linked = true WHERE name = 'default'`,
      [id],
    );
    this.accountId = id;
  }

  apply(changes: ContactChanges): Promise<unknown> {
    return this.dataSource.transaction((tx) => this.applyIn(tx, changes));
  }

  applyIn(tx: Transaction, changes: ContactChanges): Promise<void> {
    return this.contacts.apply(tx, { accountId: this.accountId, jid: ME, lid: MY_LID }, changes);
  }

  /** Returns the contacts as /getcontacts does. */
  async list(): Promise<ContactDto[]> {
    const contacts = new ContactsRepository(this.dataSource, poolOf(this.dataSource));
    let text = '';
    for await (const chunk of (await contacts.stream(this.accountId)).rows) text += String(chunk);
    // Each row begins with a comma.
    return JSON.parse(`[${text.slice(1)}]`) as ContactDto[];
  }

  /** @param address JID, LID or ID */
  async find(address: Address | string): Promise<StoredContact | null> {
    return (await this.details.find(DEFAULT_SESSION, toContactLookup(address)))?.result ?? null;
  }

  async keysOf(address: Address): Promise<KeyRow[]> {
    const person = await this.find(address);
    return person ? this.details.listKeys(this.accountId, person.rowNumber) : [];
  }

  /** Returns the entries of the feed without the columns that are equal in all of them. */
  async feed(): Promise<FeedRow[]> {
    return this.dataSource.query<FeedRow[]>(
      `SELECT c.seq::int, c.kind, a.contact_id_prefix || c.contact_id AS id, c.jid, c.lid, c.fields,
         a.contact_id_prefix || c.merged_into AS "mergedInto", c.contact
       FROM change c JOIN account a ON a.id = c.account_id WHERE a.id = $1 ORDER BY c.seq`,
      [this.accountId],
    );
  }

  /** Returns all rows with their physical version, which changes with every write. */
  versions(): Promise<unknown[]> {
    return this.dataSource.query<unknown[]>(
      `SELECT 'c', id, xmin::text, ctid::text FROM contact
       UNION ALL SELECT 'p', contact_id, xmin::text, ctid::text FROM contact_picture
       UNION ALL SELECT 'k', id, xmin::text, ctid::text FROM identity_key ORDER BY 1, 2`,
    );
  }

  async drop(): Promise<void> {
    await this.dataSource.destroy();
    await this.database.drop();
  }
}

/** Creates the service with its repositories, without Nest. */
export function createContactsService(
  config: Partial<Config> = {},
  people = new ContactCaches(),
): ContactsService {
  const pictures = new PicturesRepository(Object.assign(new Config(), config));
  const identityKeys = new IdentityKeysRepository();
  const ownFacts = new ProfileMovesRepository(pictures, identityKeys);
  const formerLids = new FormerLidsRepository();
  const merged = new MergedContactsRepository();
  const pairs = new LidMappingsRepository(ownFacts, merged);
  return new ContactsService(
    new ContactChangesRepository(),
    pairs,
    new ProfileChangesRepository(),
    pictures,
    identityKeys,
    new NumberChangesRepository(pairs, ownFacts),
    new LidChangesRepository(pairs, ownFacts, formerLids, merged),
    formerLids,
    new KnownLidsRepository(),
    new ContactSnapshotsRepository(),
    new FeedRepository(),
    people,
  );
}
