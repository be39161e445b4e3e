import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createContactsService,
  ME,
  MY_LID,
  TestAddressBook,
} from '../../../test/support/test-address-book.js';
import { AccountsRepository } from '../../accounts/accounts.repository.js';
import { ProfileFetchesRepository } from '../../contacts/fetches/profile-fetches.repository.js';
import { CachedContactsRepository } from '../../contacts/write/cached-contacts.repository.js';
import { ContactCaches } from '../../contacts/write/contact-cache.js';
import { ContactHashRepository } from '../../contacts/write/contact-hash.repository.js';
import type { Jid } from '../../kernel/identifiers/address.js';
import { refusedChanges } from './refused-changes.metrics.js';
import type { StanzaChanges } from './stanza-changes.js';
import { StanzaWriter } from './stanza-writer.js';

const linkedAt = new Date('2026-01-01T00:00:00Z');
const observedAt = new Date('2026-01-02T00:00:00Z');
const jid = (n: number) => `${491_700_000_000 + n}@s.whatsapp.net` as Jid;

/** Returns push names for this many contacts. The database refuses the names at the given indices. */
const pushNames = (count: number, refused: number[] = []) => ({
  pushNames: Array.from({ length: count }, (_, n) => ({
    address: jid(n),
    name: refused.includes(n) ? `refused ${n}` : `Name ${n}`,
    observedAt,
  })),
});

describe('StanzaWriter', () => {
  let book: TestAddressBook;
  let writer: StanzaWriter;
  let transactions: number;
  const people = new ContactCaches();

  beforeAll(async () => {
    book = await TestAddressBook.create();
    await book.dataSource.query(`ALTER TABLE contact ADD CHECK (push_name NOT LIKE 'refused%')`);
    writer = new StanzaWriter(
      new AccountsRepository(book.dataSource),
      createContactsService({}, people),
      new ContactHashRepository(),
      new ProfileFetchesRepository(book.dataSource),
      people,
      new CachedContactsRepository(),
    );
  });

  afterAll(() => book.drop());

  beforeEach(async () => {
    await book.clear();
    people.open(book.accountId);
    transactions = 0;
    refusedChanges.reset();
  });

  const save = (changes: StanzaChanges) => {
    const owner = { accountId: book.accountId, jid: ME, lid: MY_LID, linkedAt };
    return writer.save(
      async (work) => {
        transactions += 1;
        await book.dataSource.transaction(work);
      },
      owner,
      changes,
    );
  };
  const lost = async () => (await refusedChanges.get()).values[0]?.value;

  it('writes a few hundred changes per transaction', async () => {
    expect(await save(pushNames(1_200))).toBe(0);
    expect(transactions).toBe(3);
    expect(await book.list()).toHaveLength(1_200);
  });

  it('locates changes that the database refuses by bisection, and skips only those', async () => {
    expect(await save(pushNames(1_200, [3, 4, 700]))).toBe(3);
    expect(await book.list()).toHaveLength(1_197);
    expect(transactions).toBeLessThan(60);
    expect(await lost()).toBe(3);
  });

  it('limits the search if the database refuses everything', async () => {
    const everything = pushNames(
      2_000,
      Array.from({ length: 2_000 }, (_, n) => n),
    );
    expect(await save(everything)).toBe(2_000);
    expect(transactions).toBeLessThan(250);
    expect(await lost()).toBe(2_000);
  });

  it('skips nothing if the database is unavailable or lacks a table', async () => {
    await book.dataSource.query('ALTER TABLE former_lid RENAME TO former_lid_away');
    try {
      await expect(
        save({ lidChanges: [], mappings: [{ jid: jid(1), lid: MY_LID, observedAt }] }),
      ).rejects.toThrow(/former_lid/);
    } finally {
      await book.dataSource.query('ALTER TABLE former_lid_away RENAME TO former_lid');
    }
    const away = Object.assign(new Error('terminating connection'), { code: '57P01' });
    const transact = () => Promise.reject(away);
    const owner = { accountId: book.accountId, jid: ME, lid: MY_LID, linkedAt };
    await expect(writer.save(transact, owner, pushNames(1))).rejects.toBe(away);
    expect(await lost()).toBe(0);
  });
});
