import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { A, ANNA, arbitraryChanges, B } from '../../../test/support/arbitrary-changes.js';
import { EARLIER, LATER } from '../../../test/support/people.js';
import {
  createContactsService,
  ME,
  MY_LID,
  TestAddressBook,
} from '../../../test/support/test-address-book.js';
import { KEY_A, KEY_B } from '../../../test/support/whole-contact.js';
import { AccountsRepository } from '../../accounts/accounts.repository.js';
import { ProfileFetchesRepository } from '../../contacts/fetches/profile-fetches.repository.js';
import { CachedContactsRepository } from '../../contacts/write/cached-contacts.repository.js';
import { ContactCaches } from '../../contacts/write/contact-cache.js';
import type { ContactChanges } from '../../contacts/write/contact-changes.js';
import { ContactHashRepository } from '../../contacts/write/contact-hash.repository.js';
import type { StanzaChanges } from './stanza-changes.js';
import { StanzaWriter } from './stanza-writer.js';

const RUNS = 60;
const linkedAt = new Date('2026-01-01T00:00:00Z');

/** Stanzas, or changes from another source, such as history. */
type Step = { stanzas: StanzaChanges } | { others: ContactChanges };

const message: StanzaChanges = {
  mappings: [{ jid: ANNA, lid: A, observedAt: LATER }],
  pushNames: [{ address: A, name: 'Anna', observedAt: LATER }],
  usernames: [{ address: A, name: 'anna', observedAt: LATER }],
  businessNames: [{ address: A, name: 'Anna Ltd' }],
  businessFlags: [{ address: A, isBusiness: true }],
  identityHints: [{ address: A, key: KEY_A }],
  ownPushName: ['Owner'],
};

describe('areCommitted', () => {
  let book: TestAddressBook;
  let writer: StanzaWriter;
  let transactions: number;
  const people = new ContactCaches();
  const contacts = createContactsService({}, people);

  beforeAll(async () => {
    book = await TestAddressBook.create();
    writer = new StanzaWriter(
      new AccountsRepository(book.dataSource),
      contacts,
      new ContactHashRepository(),
      new ProfileFetchesRepository(book.dataSource),
      people,
      new CachedContactsRepository(),
    );
  });

  afterAll(() => book.drop());

  const owner = () => ({ accountId: book.accountId, jid: ME, lid: MY_LID, linkedAt });
  const clear = async () => {
    await book.clear();
    people.open(book.accountId);
    transactions = 0;
  };
  const save = (changes: StanzaChanges) =>
    writer.save(
      async (work) => {
        transactions += 1;
        await book.dataSource.transaction(work);
      },
      owner(),
      changes,
    );
  const apply = (changes: ContactChanges) =>
    book.dataSource.transaction((tx) => contacts.apply(tx, owner(), changes));
  /** Returns whether the changes need a transaction. */
  const isWritten = async (changes: StanzaChanges) => {
    const before = transactions;
    await save(changes);
    return transactions > before;
  };

  it('returns true for changes that were written', async () => {
    await clear();
    expect(await isWritten(message)).toBe(true);
    expect(await isWritten(message)).toBe(false);
    const byNumber = { ...message, pushNames: [{ address: ANNA, name: 'Anna', observedAt: new Date() }] };
    expect(await isWritten(byNumber)).toBe(false);
    expect(await isWritten({ pushNames: [{ address: A, name: '-', observedAt: LATER }] })).toBe(false);
  });

  it.each<[string, StanzaChanges]>([
    ['push name', { pushNames: [{ address: ANNA, name: 'Annie', observedAt: LATER }] }],
    ['mapping', { mappings: [{ jid: ANNA, lid: B, observedAt: LATER }] }],
    ['username', { usernames: [{ address: A, name: 'annie', observedAt: LATER }] }],
    ['removed username', { usernames: [{ address: A, name: null, observedAt: LATER }] }],
    ['business name', { businessNames: [{ address: A, name: 'Annie Ltd' }] }],
    ['end of a business', { businessFlags: [{ address: A, isBusiness: false }] }],
    ['identity key', { identityHints: [{ address: A, key: KEY_B }] }],
    ['own push name', { ownPushName: ['Other'] }],
    ['value of a kind that is not cached', { abouts: [{ address: A, text: 'Hi', setAt: LATER }] }],
  ])('returns false for a changed %s', async (_, changes) => {
    await clear();
    await save(message);
    expect(await isWritten({ ...message, ...changes })).toBe(true);
  });

  it('returns false after another source has changed the contact', async () => {
    await clear();
    await save(message);
    await apply({ lidChanges: [{ oldLid: A, newLid: B, observedAt: LATER }] });
    expect(await isWritten(message)).toBe(true);
  });

  it('returns false after the transaction was rolled back', async () => {
    await clear();
    const failing = writer.save(
      async (work) => {
        await book.dataSource.transaction(async (tx) => {
          await work(tx);
          throw new Error('no connection');
        });
      },
      owner(),
      message,
    );
    await expect(failing).rejects.toThrow('no connection');
    expect(await isWritten(message)).toBe(true);
  });

  it('leads to the same contacts as writing all changes', async () => {
    const play = async (history: Step[], isCached: boolean) => {
      await clear();
      for (const step of history) {
        if (!isCached) people.close(book.accountId);
        if ('others' in step) await apply(step.others);
        else await save(step.stanzas);
      }
      return book.dataSource.query<unknown[]>(
        `SELECT c.jid, c.lid, saved, full_name, lid_full_name, push_name, push_name_at, username, username_at,
           mapped_at, business_name, is_business, about, moved_to, moved_from,
           profile_requested_at IS NOT NULL AS requested, k.key
         FROM contact c LEFT JOIN identity_key k ON k.contact_id = c.id AND k.is_current ORDER BY c.jid, c.lid`,
      );
    };
    let saved = 0;
    await fc.assert(
      fc.asyncProperty(histories(), async (history) => {
        const expected = await play(history, false);
        const all = transactions;
        expect(await play(history, true)).toEqual(expected);
        saved += all - transactions;
      }),
      { numRuns: RUNS },
    );
    expect(saved).toBeGreaterThan(RUNS / 2);
  });
});

/** Generates histories in which most stanzas repeat an earlier one, like messages. */
function histories(): fc.Arbitrary<Step[]> {
  const stanzas = arbitraryChanges().map(
    ({ mappings, pushNames, usernames, businessNames, identityKeys }): Step => ({
      stanzas: {
        mappings: mappings?.map((mapping) => ({ ...mapping, observedAt: mapping.observedAt ?? EARLIER })),
        pushNames,
        usernames,
        businessNames,
        businessFlags: businessNames?.map(({ address }) => ({ address, isBusiness: true })),
        identityHints: identityKeys?.map(({ address, key }) => ({ address, key })),
      },
    }),
  );
  const others = arbitraryChanges().map((changes): Step => ({ others: changes }));
  const pools = fc.record({
    messages: fc.array(stanzas, { minLength: 1, maxLength: 3 }),
    order: fc.array(fc.oneof({ weight: 3, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: others }), {
      minLength: 4,
      maxLength: 16,
    }),
  });
  return pools.map(({ messages, order }) =>
    order.map((step) => (typeof step === 'number' ? (messages[step % messages.length] as Step) : step)),
  );
}
