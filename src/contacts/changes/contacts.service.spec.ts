import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createContactsService, linkAccount } from '../../../test/support/contacts.js';
import { poolOf } from '../../database/postgres-pool.js';
import { openDataSource } from '../../../test/support/open-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { Jid, Lid } from '../address.js';
import type { AddressBookOwner, ContactChanges } from './contact-changes.js';
import type { ContactDto } from '../api/contact.dto.js';
import { ContactsRepository } from '../api/contacts.repository.js';
import type { ContactsService } from './contacts.service.js';

const ME = '4915100000000@s.whatsapp.net' as Jid;
const MY_LID = '900000000000000@lid' as Lid;
const ANNA = '491701111111@s.whatsapp.net' as Jid;
const ANNA_LID = '111111111111111@lid' as Lid;
const BEN = '491702222222@s.whatsapp.net' as Jid;
const BEN_LID = '222222222222222@lid' as Lid;

const EARLIER = new Date('2026-01-01T10:00:00Z');
const LATER = new Date('2026-01-01T11:00:00Z');

describe('the address book', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let service: ContactsService;
  let contacts: ContactsRepository;
  let owner: AddressBookOwner;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await openDataSource(database.url);
    service = createContactsService();
    contacts = new ContactsRepository(dataSource, poolOf(dataSource));
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  beforeEach(async () => {
    const id = await linkAccount(dataSource, ME);
    owner = { accountId: id, jid: ME, lid: MY_LID };
  });

  const apply = (changes: ContactChanges) =>
    dataSource.transaction((tx) => service.apply(tx, owner, changes));

  async function list(): Promise<ContactDto[]> {
    let text = '';
    for await (const chunk of await contacts.stream(owner.accountId)) text += String(chunk);
    return JSON.parse(`[${text}]`) as ContactDto[];
  }

  const saved = (address: Jid | Lid, fullName: string | null, firstName: string | null) => ({
    saved: [{ address, fullName, firstName }],
  });
  const called = (address: Jid | Lid, name: string, heardAt = EARLIER) => ({
    pushNames: [{ address, name, heardAt }],
  });
  const contact = (jid: Jid, names: Partial<ContactDto>) => ({
    jid,
    push_name: '',
    full_name: '',
    first_name: '',
    ...names,
  });

  it('gives all four fields as strings', async () => {
    await apply(saved(ANNA, null, 'Anna'));
    expect(await list()).toEqual([contact(ANNA, { first_name: 'Anna' })]);
  });

  it('lists by JID, byte by byte', async () => {
    const short = '49170111@s.whatsapp.net' as Jid;
    const long = '491701112@s.whatsapp.net' as Jid;
    await apply({
      saved: [short, long, ANNA].map((address) => ({ address, fullName: 'x', firstName: null })),
    });
    expect((await list()).map(({ jid }) => jid)).toEqual([short, long, ANNA].sort());
  });

  it('keeps names to the byte', async () => {
    const name = ' "Ünïcode" \\ back\\\\slash\n\ttab ,\u0001\u0002 👩‍👩‍👧 עברית ';
    await apply(saved(ANNA, name, "O'Hara"));
    await apply(called(ANNA, '%s {"a":1}'));
    expect(await list()).toEqual([
      contact(ANNA, { full_name: name, first_name: "O'Hara", push_name: '%s {"a":1}' }),
    ]);
  });

  it('leaves out what Postgres cannot keep: NUL, and halves of characters', async () => {
    await apply(saved(ANNA, 'An\0na', 'A\ud83d'));
    expect(await list()).toEqual([contact(ANNA, { full_name: 'Anna', first_name: 'A\ufffd' })]);
  });

  it('takes a name of 64 kB', async () => {
    const name = 'ä'.repeat(32 * 1024);
    await apply(saved(ANNA, name, null));
    expect((await list())[0]?.full_name).toBe(name);
  });

  it('replaces a saved contact as a whole, but not by one without any name', async () => {
    await apply(saved(ANNA, 'Anna Adler', 'Anna'));
    await apply(saved(ANNA, 'Anna Berg', null));
    expect(await list()).toEqual([contact(ANNA, { full_name: 'Anna Berg' })]);
    await apply(saved(ANNA, '', null));
    expect(await list()).toEqual([contact(ANNA, { full_name: 'Anna Berg' })]);
  });

  it('keeps the push name of a deleted contact, and drops one that has none', async () => {
    await apply({ ...saved(ANNA, 'Anna Adler', 'Anna'), ...called(ANNA, 'anni') });
    await apply(saved(BEN, 'Ben', 'Ben'));
    await apply({ unsaved: [ANNA, BEN] });
    expect(await list()).toEqual([contact(ANNA, { push_name: 'anni' })]);
  });

  it.each(['', '-', ' ', '\0'])('does not overwrite a push name by %j', async (empty) => {
    await apply(called(ANNA, 'anni'));
    await apply(called(ANNA, empty, LATER));
    expect(await list()).toEqual([contact(ANNA, { push_name: 'anni' })]);
  });

  it('keeps the push name that was heard last', async () => {
    await apply(called(ANNA, 'new', LATER));
    await apply(called(ANNA, 'old', EARLIER));
    expect((await list())[0]?.push_name).toBe('new');
    await apply(called(ANNA, 'newer', LATER));
    expect((await list())[0]?.push_name).toBe('newer');
  });

  it('makes one row of number and LID, in either order', async () => {
    await apply(saved(ANNA, 'Anna', 'Anna'));
    await apply(called(ANNA_LID, 'anni'));
    expect(await list()).toEqual([contact(ANNA, { full_name: 'Anna', first_name: 'Anna' })]);
    await apply({ pairs: [{ jid: ANNA, lid: ANNA_LID }] });
    expect(await list()).toEqual([
      contact(ANNA, { full_name: 'Anna', first_name: 'Anna', push_name: 'anni' }),
    ]);

    await apply({ pairs: [{ jid: BEN, lid: BEN_LID }] });
    await apply(called(BEN_LID, 'benny'));
    await apply(saved(BEN, 'Ben', 'Ben'));
    expect((await list())[1]).toEqual(
      contact(BEN, { full_name: 'Ben', first_name: 'Ben', push_name: 'benny' }),
    );
    expect(await dataSource.query('SELECT count(*)::int AS rows FROM contact')).toEqual([{ rows: 2 }]);
  });

  it('keeps the later of two push names when it merges', async () => {
    await apply(called(ANNA, 'by number', LATER));
    await apply(called(ANNA_LID, 'by lid', EARLIER));
    await apply({ pairs: [{ jid: ANNA, lid: ANNA_LID }] });
    expect((await list())[0]?.push_name).toBe('by number');
    await apply(called(BEN, 'by number', EARLIER));
    await apply(called(BEN_LID, 'by lid', LATER));
    await apply({ pairs: [{ jid: BEN, lid: BEN_LID }] });
    expect((await list())[1]?.push_name).toBe('by lid');
  });

  it('lists a person known by LID alone only when the number is known', async () => {
    await apply(saved(ANNA_LID, 'Anna', 'Anna'));
    expect(await list()).toEqual([]);
    expect((await contacts.find([ANNA_LID]))?.contact).toBeNull();
    await apply({ pairs: [{ jid: ANNA, lid: ANNA_LID }] });
    expect(await list()).toEqual([contact(ANNA, { full_name: 'Anna', first_name: 'Anna' })]);
    expect((await contacts.find([ANNA_LID]))?.contact).toEqual((await list())[0]);
  });

  it('shows the record under the number before the one under the LID, and the latter when the former goes', async () => {
    await apply({ pairs: [{ jid: ANNA, lid: ANNA_LID }], ...saved(ANNA_LID, 'By Lid', null) });
    await apply(saved(ANNA, null, 'Number'));
    expect(await list()).toEqual([contact(ANNA, { first_name: 'Number' })]);
    await apply({ unsaved: [ANNA] });
    expect(await list()).toEqual([contact(ANNA, { full_name: 'By Lid' })]);
  });

  it('moves what a person says of himself along with his LID, and leaves what is saved under the number', async () => {
    await apply({
      pairs: [{ jid: ANNA, lid: ANNA_LID }],
      ...saved(ANNA, 'Anna', 'Anna'),
      ...called(ANNA_LID, 'anni'),
    });
    await apply({ pairs: [{ jid: BEN, lid: ANNA_LID }] });
    expect(await list()).toEqual([
      contact(ANNA, { full_name: 'Anna', first_name: 'Anna' }),
      contact(BEN, { push_name: 'anni' }),
    ]);
  });

  it('parts and joins rows that were paired crosswise', async () => {
    await apply({
      pairs: [
        { jid: ANNA, lid: BEN_LID },
        { jid: BEN, lid: ANNA_LID },
      ],
    });
    await apply({
      pushNames: [...called(ANNA_LID, 'anni').pushNames, ...called(BEN_LID, 'benny').pushNames],
    });
    await apply({
      pairs: [
        { jid: ANNA, lid: ANNA_LID },
        { jid: BEN, lid: BEN_LID },
      ],
    });
    expect(await list()).toEqual([
      contact(ANNA, { push_name: 'anni' }),
      contact(BEN, { push_name: 'benny' }),
    ]);
    expect(await dataSource.query('SELECT count(*)::int AS rows FROM contact')).toEqual([{ rows: 2 }]);
  });

  it('does not let old pairs contradict what is known', async () => {
    await apply({ pairs: [{ jid: ANNA, lid: ANNA_LID }], ...called(ANNA_LID, 'anni') });
    await apply({
      oldPairs: [
        { jid: BEN, lid: ANNA_LID },
        { jid: ANNA, lid: BEN_LID },
      ],
    });
    expect(await list()).toEqual([contact(ANNA, { push_name: 'anni' })]);
    await apply({ oldPairs: [{ jid: BEN, lid: BEN_LID }], ...called(BEN_LID, 'benny') });
    expect((await list())[1]).toEqual(contact(BEN, { push_name: 'benny' }));
  });

  it('has the own number only if it is saved', async () => {
    await apply({
      ...called(ME, 'me'),
      pairs: [{ jid: ME, lid: MY_LID }],
      businessNames: [{ address: ME, name: 'x' }],
    });
    expect(await list()).toEqual([]);
    await apply(saved(ME, 'My own number', 'Me'));
    expect(await list()).toEqual([contact(ME, { full_name: 'My own number', first_name: 'Me' })]);
  });

  it('applies the last of several changes of one person in one batch', async () => {
    await apply({ saved: [...saved(ANNA, 'One', null).saved, ...saved(ANNA, 'Two', null).saved] });
    expect((await list())[0]?.full_name).toBe('Two');
  });

  it('finds a contact by number or by LID, and says so when nothing is known', async () => {
    await apply({ pairs: [{ jid: ANNA, lid: ANNA_LID }], ...saved(ANNA, 'Anna', 'Anna') });
    const anna = contact(ANNA, { full_name: 'Anna', first_name: 'Anna' });
    expect(await contacts.find([ANNA])).toEqual({ synced: false, contact: anna });
    expect(await contacts.find([ANNA_LID])).toEqual({ synced: false, contact: anna });
    expect(await contacts.find([BEN])).toEqual({ synced: false, contact: null });
    await dataSource.query('UPDATE session_state SET account_id = NULL');
    expect(await contacts.find([ANNA])).toBeNull();
  });

  it('answers look-ups that come in together each with its own person', async () => {
    const jids = Array.from({ length: 700 }, (_, i) => `49171${1_000_000 + i}@s.whatsapp.net` as Jid);
    const lids = jids.map((_, i) => `${700_000_000 + i}@lid` as Lid);
    await apply({
      pairs: jids.map((jid, i) => ({ jid, lid: lids[i] as Lid })),
      saved: jids
        .filter((_, i) => i % 3 > 0)
        .map((address, i) => ({ address, fullName: `Name ${i}`, firstName: null })),
    });
    const listed = new Map((await list()).map((each) => [each.jid, each]));
    const expected = jids.map((jid) => ({ synced: false, contact: listed.get(jid) ?? null }));
    const found = await Promise.all(
      jids.map((jid, i) => contacts.find(i % 2 === 0 ? [ANNA, jid] : [lids[i] as Lid])),
    );
    expect(found).toEqual(expected);
    expect(listed.size).toBe(466);
  });

  it('takes 12,000 people at once, and writes nothing when nothing changed', async () => {
    const people = Array.from({ length: 12_000 }, (_, i) => ({
      jid: `49170${1_000_000 + i}@s.whatsapp.net` as Jid,
      lid: `5${String(i).padStart(14, '0')}@lid` as Lid,
    }));
    const everything: ContactChanges = {
      pairs: people,
      saved: people.map(({ jid }, i) => ({ address: jid, fullName: `Person ${i}`, firstName: 'Person' })),
      pushNames: people.map(({ lid }, i) => ({ address: lid, name: `push ${i}`, heardAt: EARLIER })),
    };
    await apply(everything);
    const listed = await list();
    expect(listed).toHaveLength(12_000);
    expect(listed[11_999]).toEqual(
      contact(people[11_999]!.jid, {
        full_name: 'Person 11999',
        first_name: 'Person',
        push_name: 'push 11999',
      }),
    );
    const versions = () => dataSource.query<unknown[]>('SELECT xmin, ctid FROM contact ORDER BY id LIMIT 5');
    const before = await versions();
    await apply(everything);
    expect(await versions()).toEqual(before);
  });
});
