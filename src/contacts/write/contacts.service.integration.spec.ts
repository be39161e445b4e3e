import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { called, EARLIER, LATER, paired, saved, shown } from '../../../test/support/people.js';
import { ME, MY_LID, TestAddressBook } from '../../../test/support/test-address-book.js';
import { poolOf } from '../../database/postgres-pool.js';
import { type Jid, type Lid, phoneOf } from '../../kernel/identifiers/address.js';
import { DEFAULT_SESSION } from '../../kernel/identifiers/session-name.js';
import { ContactsRepository } from '../read/contacts.repository.js';
import type { ContactChanges } from './contact-changes.js';

const ANNA = '491701111111@s.whatsapp.net' as Jid;
const ANNA_LID = '111111111111111@lid' as Lid;
const BEN = '491702222222@s.whatsapp.net' as Jid;
const BEN_LID = '222222222222222@lid' as Lid;

describe('ContactsService', () => {
  let book: TestAddressBook;
  let contacts: ContactsRepository;

  beforeAll(async () => {
    book = await TestAddressBook.create();
    contacts = new ContactsRepository(book.dataSource, poolOf(book.dataSource));
  });

  afterAll(() => book.drop());

  beforeEach(() => book.clear());

  it('returns all four fields as strings', async () => {
    await book.apply(saved(ANNA, null, 'Anna'));
    expect(await book.list()).toEqual([shown(ANNA, { first_name: 'Anna' })]);
  });

  it('lists by JID, byte by byte', async () => {
    const short = '49170111@s.whatsapp.net' as Jid;
    const long = '491701112@s.whatsapp.net' as Jid;
    await book.apply({
      saved: [short, long, ANNA].map((address) => ({ address, fullName: 'x', firstName: null })),
    });
    expect((await book.list()).map(({ jid }) => jid)).toEqual([short, long, ANNA].sort());
  });

  it('stores names of normal length unchanged', async () => {
    const name = ' "Ünïcode" \\ back\\\\slash\n\ttab , 👩‍👩‍👧 עברית ';
    await book.apply(saved(ANNA, name, "O'Hara"));
    await book.apply(called(ANNA, '%s {"a":1}'));
    expect(await book.list()).toEqual([
      shown(ANNA, { full_name: name, first_name: "O'Hara", push_name: '%s {"a":1}' }),
    ]);
  });

  it('removes control characters and lone surrogates', async () => {
    await book.apply(saved(ANNA, 'An\0na', 'A\ud83d\u001b'));
    expect(await book.list()).toEqual([shown(ANNA, { full_name: 'Anna', first_name: 'A\ufffd' })]);
  });

  describe('revision', () => {
    const revision = async (): Promise<number> => {
      const [{ revision: text }] = await book.dataSource.query<[{ revision: string }]>(
        'SELECT revision FROM account',
      );
      return Number(text);
    };

    it.each([
      ['a new contact', saved(ANNA, 'Anna', null)],
      ['a changed name', saved(ANNA, 'Anna Huber', null)],
      ['a picture', { pictures: [{ address: ANNA, state: 'changed', id: '1' }] }],
      ['an identity key', { identityKeys: [{ address: ANNA, key: Buffer.alloc(32), seenAt: LATER }] }],
      ['a merge with a LID', { mappings: [{ jid: ANNA, lid: ANNA_LID, observedAt: LATER }] }],
    ] as [string, ContactChanges][])(
      'is incremented by %s, without statistics of Postgres',
      async (_what, changes) => {
        await book.apply(saved(ANNA, 'anna', null));
        const before = await revision();
        await book.dataSource.transaction(async (tx) => {
          await tx.query('SET LOCAL track_counts = off');
          await book.applyIn(tx, changes);
        });
        expect(await revision()).toBe(before + 1);
      },
    );

    it('is unchanged if nothing changes', async () => {
      await book.apply(saved(ANNA, 'Anna', null));
      const before = await revision();
      await book.apply(saved(ANNA, 'Anna', null));
      expect(await revision()).toBe(before);
    });
  });

  it('limits the length of names, usernames and abouts from every source', async () => {
    const long = 'ä'.repeat(450_000);
    await book.apply({
      ...saved(ANNA, long, long),
      ...called(ANNA, long),
      businessNames: [{ address: ANNA, name: long }],
      abouts: [{ address: ANNA, text: long, setAt: null }],
      textStatuses: [{ address: ANNA, text: long, emoji: long, setAt: EARLIER, expiresAt: null }],
    });
    const anna = await book.find(ANNA);
    const { full_name, first_name, push_name, business_name, about, about_emoji } = anna!;
    for (const text of [full_name, first_name, push_name, business_name, about, about_emoji])
      expect(text).toBe('ä'.repeat(1_000));
  });

  it('ignores a username that is too long, and removes a deleted one', async () => {
    const named = (name: string | null) => ({ usernames: [{ address: ANNA, name, observedAt: EARLIER }] });
    await book.apply({ ...saved(ANNA, 'Anna', null), ...named('anna') });
    await book.apply(named('y'.repeat(180_000)));
    await book.apply(named('@'));
    expect((await book.find(ANNA))?.username).toBe('anna');
    await book.apply(named(null));
    expect((await book.find(ANNA))?.username).toBeNull();
  });

  it('does not move a username to a contact that has a later one', async () => {
    const named = (address: Jid, name: string, observedAt: Date) =>
      book.apply({ usernames: [{ address, name, observedAt }] });
    await named(ANNA, 'adler', EARLIER);
    await named(BEN, 'ben', LATER);
    await named(BEN, 'adler', EARLIER);
    expect([(await book.find(ANNA))?.username, (await book.find(BEN))?.username]).toEqual(['adler', 'ben']);
  });

  it('replaces saved names together, unless the new record has none', async () => {
    await book.apply(saved(ANNA, 'Anna Adler', 'Anna'));
    await book.apply(saved(ANNA, 'Anna Berg', null));
    expect(await book.list()).toEqual([shown(ANNA, { full_name: 'Anna Berg' })]);
    await book.apply(saved(ANNA, '', null));
    expect(await book.list()).toEqual([shown(ANNA, { full_name: 'Anna Berg' })]);
  });

  it('keeps a deleted contact if it has a push name', async () => {
    await book.apply({ ...saved(ANNA, 'Anna Adler', 'Anna'), ...called(ANNA, 'anni') });
    await book.apply(saved(BEN, 'Ben', 'Ben'));
    await book.apply({ unsaved: [ANNA, BEN] });
    expect(await book.list()).toEqual([shown(ANNA, { push_name: 'anni' })]);
  });

  it.each(['', '-', ' ', '\0'])('does not replace a push name by %j', async (empty) => {
    await book.apply(called(ANNA, 'anni'));
    await book.apply(called(ANNA, empty, LATER));
    expect(await book.list()).toEqual([shown(ANNA, { push_name: 'anni' })]);
  });

  it('stores the latest push name', async () => {
    await book.apply(called(ANNA, 'new', LATER));
    await book.apply(called(ANNA, 'old', EARLIER));
    expect((await book.list())[0]?.push_name).toBe('new');
    await book.apply(called(ANNA, 'newer', LATER));
    expect((await book.list())[0]?.push_name).toBe('newer');
    const [{ pushNames: newest = [] }, { pushNames: older = [] }] = [
      called(ANNA, 'newest', new Date(LATER.getTime() + 1_000)),
      called(ANNA, 'older', LATER),
    ];
    await book.apply({ pushNames: [...newest, ...older] });
    expect((await book.list())[0]?.push_name).toBe('newest');
  });

  it('drops the verified name of a contact that is no longer a business, once', async () => {
    const flag = (isBusiness: boolean) => ({ businessFlags: [{ address: ANNA, isBusiness }] });
    const shop = { businessNames: [{ address: ANNA, name: 'Shop' }], ...flag(true) };
    await book.apply({ ...called(ANNA, 'anni'), ...shop });
    expect((await book.find(ANNA))?.business_name).toBe('Shop');
    await book.apply(flag(false));
    expect((await book.find(ANNA))?.business_name).toBeNull();
    const before = await book.versions();
    await book.apply(flag(false));
    expect(await book.versions()).toEqual(before);
    await book.apply(shop);
    expect((await book.find(ANNA))?.business_name).toBe('Shop');
  });

  it('does not create a contact from a known LID written as a number, unless it is saved on the phone', async () => {
    const asNumber = (address: Lid) => `${phoneOf(address)}@s.whatsapp.net` as Jid;
    const [ghost, own] = [asNumber(ANNA_LID), asNumber(MY_LID)];
    await book.apply({ ...called(ghost, 'ghost'), ...paired(ANNA, ANNA_LID) });
    await book.apply({ ...called(own, 'ghost'), ...paired(ghost, BEN_LID) });
    await book.apply(called(ghost, 'ghost'));
    await book.apply(called(ANNA, 'anni'));
    expect((await book.list()).map(({ jid }) => jid)).toEqual([ANNA]);
    await book.apply(saved(ghost, 'Saved', null));
    await book.apply(called(ghost, 'ghost'));
    expect(await book.list()).toContainEqual(shown(ghost, { full_name: 'Saved', push_name: 'ghost' }));
  });

  it('lists its own number only if it is saved', async () => {
    await book.apply({
      ...called(ME, 'me'),
      ...paired(ME, MY_LID),
      businessNames: [{ address: ME, name: 'x' }],
    });
    expect(await book.list()).toEqual([]);
    await book.apply(saved(ME, 'My own number', 'Me'));
    expect(await book.list()).toEqual([shown(ME, { full_name: 'My own number', first_name: 'Me' })]);
  });

  it('applies the last of several changes of one contact', async () => {
    await book.apply({ saved: [...saved(ANNA, 'One', null).saved, ...saved(ANNA, 'Two', null).saved] });
    expect((await book.list())[0]?.full_name).toBe('Two');
  });

  it('finds a contact by number or LID, and returns null if there is none', async () => {
    await book.apply({
      ...paired(ANNA, ANNA_LID),
      ...saved(ANNA, 'Anna', 'Anna'),
    });
    const anna = shown(ANNA, { full_name: 'Anna', first_name: 'Anna' });
    expect(await contacts.find(DEFAULT_SESSION, [ANNA])).toEqual({ synced: true, contact: anna });
    expect(await contacts.find(DEFAULT_SESSION, [ANNA_LID])).toEqual({ synced: true, contact: anna });
    expect(await contacts.find(DEFAULT_SESSION, [BEN])).toEqual({ synced: true, contact: null });
    await book.dataSource.query('UPDATE session SET account_id = NULL');
    expect(await contacts.find(DEFAULT_SESSION, [ANNA])).toBeNull();
  });

  it('returns the right contact for each of many simultaneous lookups', async () => {
    const jids = Array.from({ length: 700 }, (_, i) => `49171${1_000_000 + i}@s.whatsapp.net` as Jid);
    const lids = jids.map((_, i) => `${700_000_000 + i}@lid` as Lid);
    await book.apply({
      mappings: jids.map((jid, i) => ({ jid, lid: lids[i] as Lid, observedAt: EARLIER })),
      saved: jids
        .filter((_, i) => i % 3 > 0)
        .map((address, i) => ({ address, fullName: `Name ${i}`, firstName: null })),
    });
    const listed = new Map((await book.list()).map((each) => [each.jid, each]));
    const expected = jids.map((jid) => ({ synced: true, contact: listed.get(jid) ?? null }));
    const found = await Promise.all(
      jids.map((jid, i) => contacts.find(DEFAULT_SESSION, i % 2 === 0 ? [ANNA, jid] : [lids[i] as Lid])),
    );
    expect(found).toEqual(expected);
    expect(listed.size).toBe(466);
  });

  it('stores 12,000 contacts at once, and writes nothing if nothing changes', async () => {
    const people = Array.from({ length: 12_000 }, (_, i) => ({
      jid: `49170${1_000_000 + i}@s.whatsapp.net` as Jid,
      lid: `5${String(i).padStart(14, '0')}@lid` as Lid,
    }));
    const everything: ContactChanges = {
      mappings: people.map((each) => ({ ...each, observedAt: EARLIER })),
      saved: people.map(({ jid }, i) => ({ address: jid, fullName: `Person ${i}`, firstName: 'Person' })),
      pushNames: people.map(({ lid }, i) => ({ address: lid, name: `push ${i}`, observedAt: EARLIER })),
    };
    await book.apply(everything);
    const listed = await book.list();
    expect(listed).toHaveLength(12_000);
    expect(listed[11_999]).toEqual(
      shown(people[11_999]!.jid, {
        full_name: 'Person 11999',
        first_name: 'Person',
        push_name: 'push 11999',
      }),
    );
    const versions = () =>
      book.dataSource.query<unknown[]>('SELECT xmin, ctid FROM contact ORDER BY id LIMIT 5');
    const before = await versions();
    await book.apply(everything);
    expect(await versions()).toEqual(before);
  });
});
