import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { A, ANNA, arbitraryChanges, B, BEN } from '../../../test/support/arbitrary-changes.js';
import { called, EARLIER, LATER, paired, saved } from '../../../test/support/people.js';
import { type FeedRow, TestAddressBook } from '../../../test/support/test-address-book.js';
import { KEY_A, KEY_B, whole } from '../../../test/support/whole-contact.js';
import { poolOf } from '../../database/postgres-pool.js';
import type { Jid } from '../../kernel/identifiers/address.js';
import { fromJson } from '../contact-row.js';
import { toDetails } from '../payload/contact-payload.js';
import { ALL_CONTACTS } from '../read/contact-filter.sql.js';
import { ContactListRepository } from '../read/contact-list.repository.js';
import type { ContactChanges } from './contact-changes.js';

const RUNS = 100;

describe('the feed', () => {
  let book: TestAddressBook;
  let lists: ContactListRepository;

  beforeAll(async () => {
    book = await TestAddressBook.create();
    lists = new ContactListRepository(book.dataSource, poolOf(book.dataSource));
  });

  afterAll(() => book.drop());

  beforeEach(() => book.clear());

  /** Returns kind, address and fields of each change. */
  const changes = async () =>
    (await book.feed()).map(({ kind, jid, lid, fields }) => [
      kind.replace('contact.', ''),
      jid ?? lid,
      fields.join(' '),
    ]);

  it('contains new contacts and their changed fields', async () => {
    await book.apply(saved(ANNA, 'Anna Adler', 'Anna'));
    await book.apply(called(ANNA, 'anni'));
    await book.apply(whole(ANNA));
    expect(await changes()).toEqual([
      ['created', ANNA, ''],
      ['changed', ANNA, 'push_name'],
      ['changed', ANNA, 'business_name is_business about picture identity_key'],
    ]);
    const [first] = await book.feed();
    expect(first?.contact).toMatchObject({
      jid: ANNA,
      full_name: 'Anna Adler',
      push_name: null,
      saved: true,
    });
  });

  it('does not grow if nothing changes', async () => {
    await book.apply({ ...whole(ANNA), ...saved(ANNA, 'Anna', null), ...paired(ANNA, A) });
    const before = await book.feed();
    await book.apply({ ...whole(ANNA), ...saved(ANNA, 'Anna', null), ...paired(ANNA, A) });
    expect(await book.feed()).toEqual(before);
  });

  it.each<[string, ContactChanges[]]>([
    [
      'a picture that is announced, and then missing or hidden',
      [
        { pictures: [{ address: ANNA, state: 'changed', id: '1' }] },
        { pictures: [{ address: ANNA, state: 'hidden' }] },
        { pictures: [{ address: ANNA, state: 'changed', id: '2' }] },
        { pictures: [{ address: ANNA, state: 'none' }] },
      ],
    ],
    [
      'a picture that cannot be fetched after it was announced again',
      [
        { pictures: [{ address: ANNA, state: 'none' }] },
        { pictures: [{ address: ANNA, state: 'changed', id: '3' }] },
        {
          pictures: [
            { address: ANNA, state: 'unchanged' },
            { address: BEN, state: 'changed', id: null },
          ],
        },
        { pictures: [{ address: BEN, state: 'none' }] },
      ],
    ],
    [
      'an identity key that was seen again',
      [{ identityKeys: [{ address: ANNA, key: KEY_A, seenAt: LATER }] }],
    ],
  ])('does not grow with %s', async (_, steps) => {
    await book.apply({
      ...saved(ANNA, 'Anna', null),
      abouts: [{ address: ANNA, text: 'Hello', setAt: LATER }],
      identityKeys: [{ address: ANNA, key: KEY_A, seenAt: EARLIER }],
    });
    const before = [await book.feed(), await listed()];
    for (const step of steps) await book.apply(step);
    expect([await book.feed(), await listed()]).toEqual(before);
  });

  it('contains a picture that appears, changes and disappears', async () => {
    await book.apply(saved(ANNA, 'Anna', null));
    const bytes = Buffer.from('picture');
    await book.apply({ pictures: [{ address: ANNA, state: 'present', id: '1', bytes }] });
    await book.apply({ pictures: [{ address: ANNA, state: 'changed', id: '2' }] });
    await book.apply({ pictures: [{ address: ANNA, state: 'hidden' }] });
    expect((await changes()).slice(1)).toEqual(Array(3).fill(['changed', ANNA, 'picture']));
    expectEqualToList(await book.feed(), await listed());
  });

  it('does not contain contacts without a name', async () => {
    await book.apply({ abouts: [{ address: ANNA, text: 'Hello', setAt: null }] });
    await book.apply({ unsaved: [ANNA] });
    expect(await changes()).toEqual([]);
  });

  it('distinguishes deleted contacts from those that keep another name', async () => {
    await book.apply(saved(ANNA, 'Anna', null));
    await book.apply({ ...saved(BEN, 'Ben', null), ...called(BEN, 'benny') });
    await book.apply({ unsaved: [ANNA, BEN] });
    expect((await changes()).slice(2)).toEqual([
      ['deleted', ANNA, ''],
      ['changed', BEN, 'full_name saved'],
    ]);
    expect((await book.feed())[2]).toMatchObject({ contact: null, mergedInto: null });
  });

  it('contains the contact that another one was merged into', async () => {
    await book.apply(saved(ANNA, 'Anna', null));
    await book.apply(called(A, 'anni'));
    await book.apply(paired(ANNA, A));
    const [anna, lid, changed, merged] = await book.feed();
    expect(changed).toMatchObject({ kind: 'contact.changed', id: anna?.id, fields: ['lid', 'push_name'] });
    expect(merged).toMatchObject({
      kind: 'contact.merged',
      id: lid?.id,
      lid: A,
      mergedInto: anna?.id,
      contact: null,
    });
  });

  it('contains a merge that a changed LID causes', async () => {
    await book.apply(called(A, 'anni'));
    await book.apply(called(B, 'anna'));
    await book.apply({ lidChanges: [{ oldLid: A, newLid: B, observedAt: LATER }] });
    const [a, b, ...rest] = await book.feed();
    expect(rest.at(-1)).toMatchObject({ kind: 'contact.merged', id: a?.id, mergedInto: b?.id });
  });

  it('contains a learned number', async () => {
    await book.apply(called(A, 'anni'));
    await book.apply(paired(ANNA, A));
    expect(await changes()).toEqual([
      ['created', A, ''],
      ['phone_learned', ANNA, 'jid phone'],
    ]);
  });

  it('contains a changed identity key separately', async () => {
    await book.apply({
      ...called(ANNA, 'anni'),
      identityKeys: [{ address: ANNA, key: KEY_A, seenAt: EARLIER }],
    });
    await book.apply({
      ...called(ANNA, 'anna', LATER),
      identityKeys: [{ address: ANNA, key: KEY_B, seenAt: LATER }],
    });
    expect(await changes()).toEqual([
      ['created', ANNA, ''],
      ['changed', ANNA, 'push_name'],
      ['identity_key_changed', ANNA, 'identity_key'],
    ]);
  });

  it('contains the contact whose identity key was first seen earlier than known', async () => {
    await book.apply({
      ...called(ANNA, 'anni'),
      identityKeys: [{ address: ANNA, key: KEY_A, seenAt: LATER }],
    });
    await book.apply({ identityKeys: [{ address: ANNA, key: KEY_A, seenAt: EARLIER }] });
    expect((await changes()).slice(1)).toEqual([['changed', ANNA, 'identity_key']]);
    expectEqualToList(await book.feed(), await listed());
  });

  it('contains the contact that loses its username to another', async () => {
    await book.apply({ usernames: [{ address: ANNA, name: 'adler', observedAt: EARLIER }] });
    await book.apply({ usernames: [{ address: BEN, name: '@Adler', observedAt: LATER }] });
    expect((await changes()).slice(1).sort()).toEqual([
      ['created', BEN, ''],
      ['deleted', ANNA, ''],
    ]);
  });

  it('does not grow during the first sync', async () => {
    await book.dataSource.query('UPDATE account SET synced_at = NULL');
    await book.apply(saved(ANNA, 'Anna', null));
    expect(await changes()).toEqual([]);
  });

  it('contains more contacts than are compared at once', async () => {
    const people = Array.from({ length: 12_345 }, (_, i) => `49170${1_000_000 + i}@s.whatsapp.net` as Jid);
    const all = (name: string) => ({
      saved: people.map((address) => ({ address, fullName: name, firstName: null })),
    });
    await book.apply(all('x'));
    await book.apply(all('y'));
    const feed = await book.feed();
    expect(feed).toHaveLength(2 * people.length);
    expectEqualToList(feed, await listed());
  });

  it('reproduces the list after large changes of names', async () => {
    const people = Array.from({ length: 600 }, (_, i) => `49170${1_000_000 + i}@s.whatsapp.net` as Jid);
    const first = (count: number) => people.slice(0, count);
    const histories: ContactChanges[] = [
      { saved: first(500).map((address) => ({ address, fullName: 'x', firstName: null })) },
      { pushNames: people.slice(300).map((address) => ({ address, name: 'push', observedAt: EARLIER })) },
      whole(people[0]!),
      { unsaved: people.slice(100, 550) },
      { saved: first(400).map((address, i) => ({ address, fullName: i % 2 ? 'x' : 'y', firstName: 'z' })) },
      {
        unsaved: first(300),
        pushNames: first(50).map((address) => ({ address, name: 'p', observedAt: LATER })),
      },
      { saved: first(300).map((address) => ({ address, fullName: null, firstName: null })) },
    ];
    const counts: number[] = [];
    for (const step of histories) {
      await book.apply(step);
      const feed = await book.feed();
      counts.push(feed.length);
      expectEqualToList(feed, await listed());
    }
    expect(counts[0]).toBe(500);
    await book.apply(histories.at(-1)!);
    expect(await book.feed()).toHaveLength(counts.at(-1)!);
    expect((await book.feed()).at(500)).toMatchObject({ kind: 'contact.changed', fields: ['push_name'] });
  });

  it('reproduces the list after arbitrary changes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryChanges(), { minLength: 1, maxLength: 12 }), async (history) => {
        await book.clear();
        for (const step of history) {
          await book.apply(step);
          expectEqualToList(await book.feed(), await listed());
        }
      }),
      { numRuns: RUNS },
    );
  });

  async function listed(): Promise<Record<string, unknown>[]> {
    const query = { ...ALL_CONTACTS, limit: 20_000, sort: 'jid' as const, after: null, pathPrefix: '' };
    const { items } = await lists.list(book.accountId, query);
    return JSON.parse(`[${items}]`) as Record<string, unknown>[];
  }
});

/** Applies the feed as a consumer does. */
function expectEqualToList(feed: FeedRow[], list: Record<string, unknown>[]): void {
  expect(feed.map(({ seq }) => seq)).toEqual(feed.map((_, i) => i + 1));
  const copy = new Map<string, object>();
  for (const { id, contact, mergedInto, kind } of feed) {
    // Consumers that store more than the contact can move their data, because the target already exists.
    if (mergedInto) expect(copy.has(mergedInto)).toBe(true);
    if (kind === 'contact.created') expect(copy.has(id)).toBe(false);
    if (contact === null) expect(copy.delete(id)).toBe(true);
    else copy.set(id, toDetails(fromJson(contact, id), ''));
  }
  const copied = list.map(({ id }) => copy.get(String(id)) ?? {});
  expect(list).toEqual(copied);
  expect(copy.size).toBe(list.length);
}
