import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createContactsService, linkAccount } from '../../../test/support/contacts.js';
import { openDataSource } from '../../../test/support/open-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { Address, Jid, Lid } from '../address.js';
import type { ContactChanges, Picture } from './contact-changes.js';
import { ContactDetailsRepository, type KeyRow, type PersonRow } from '../api/contact-details.repository.js';
import type { ContactsService } from './contacts.service.js';

const ME = '4915100000000@s.whatsapp.net' as Jid;
const ANNA = '491701111111@s.whatsapp.net' as Jid;
const ANNA_LID = '111111111111111@lid' as Lid;
const NEW_LID = '222222222222222@lid' as Lid;
const NEW = '491702222222@s.whatsapp.net' as Jid;
const THIRD = '491703333333@s.whatsapp.net' as Jid;

const EARLIER = new Date('2026-01-01T10:00:00Z');
const LATER = new Date('2026-01-01T11:00:00Z');
const KEY_A = Buffer.alloc(32, 1);
const KEY_B = Buffer.alloc(32, 2);
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);

const picture = (address: Address, id: string, bytes = JPEG): Picture => ({
  address,
  state: 'present',
  id,
  bytes,
  contentType: 'text/html',
  url: null,
});

describe('the whole contact', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let service: ContactsService;
  let details: ContactDetailsRepository;
  let accountId: number;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await openDataSource(database.url);
    service = createContactsService({ PICTURES_MAX_MB: 1, PICTURE_MAX_KB: 400 });
    details = new ContactDetailsRepository(dataSource);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  beforeEach(async () => {
    accountId = await linkAccount(dataSource, ME);
  });

  const apply = (changes: ContactChanges, writer = service) =>
    dataSource.transaction((tx) => writer.apply(tx, { accountId, jid: ME, lid: null }, changes));

  const find = async (address: Address): Promise<PersonRow | null> =>
    (await details.find([address]))?.person ?? null;

  async function keysOf(address: Address): Promise<KeyRow[]> {
    const person = await find(address);
    return person ? details.listKeys(person.id) : [];
  }

  /** Everything in the tables, with what tells whether a row was written again. */
  const versions = () =>
    dataSource.query<unknown[]>(
      `SELECT 'c', id, xmin::text, ctid::text FROM contact
       UNION ALL SELECT 'p', contact_id, xmin::text, ctid::text FROM contact_picture
       UNION ALL SELECT 'k', id, xmin::text, ctid::text FROM identity_key ORDER BY 1, 2`,
    );

  const whole = (address: Address): ContactChanges => ({
    pushNames: [{ address, name: 'anni', heardAt: EARLIER }],
    businessNames: [{ address, name: 'Anna & Co.' }],
    businessFlags: [{ address, isBusiness: true }],
    abouts: [{ address, text: 'Hello', setAt: EARLIER }],
    pictures: [picture(address, '17')],
    identityKeys: [{ address, key: KEY_A, seenAt: EARLIER }],
  });

  const WHOLE = {
    push_name: 'anni',
    business_name: 'Anna & Co.',
    is_business: true,
    about: 'Hello',
    about_set_at: EARLIER,
    about_state: 'known',
    picture_state: 'present',
    picture_id: '17',
    picture_bytes: JPEG.length,
    key: KEY_A,
    key_since: EARLIER,
  };

  const NOTHING = {
    push_name: null,
    business_name: null,
    is_business: null,
    about: null,
    about_state: null,
    picture_state: null,
    key: null,
  };

  it('keeps each fact, and writes nothing when all is told again', async () => {
    await apply(whole(ANNA));
    expect(await find(ANNA)).toMatchObject(WHOLE);
    const before = await versions();
    await apply(whole(ANNA));
    expect(await versions()).toEqual(before);
    expect(before).toHaveLength(3);
  });

  it('tells an empty about text from a hidden and an unknown one', async () => {
    await apply({ businessFlags: [{ address: ANNA, isBusiness: false }] });
    expect(await find(ANNA)).toMatchObject({ about: null, about_state: null, is_business: false });
    await apply({ abouts: [{ address: ANNA, text: '', setAt: null }] });
    expect(await find(ANNA)).toMatchObject({ about: '', about_state: 'known', about_set_at: null });
    await apply({ abouts: [{ address: ANNA, text: null, setAt: null }] });
    expect(await find(ANNA)).toMatchObject({ about: null, about_state: 'hidden' });
  });

  it('keeps the about text that was set last, and its time when it is told again without', async () => {
    await apply({ abouts: [{ address: ANNA, text: 'new', setAt: LATER }] });
    await apply({ abouts: [{ address: ANNA, text: 'old', setAt: EARLIER }] });
    expect(await find(ANNA)).toMatchObject({ about: 'new', about_set_at: LATER });
    await apply({ abouts: [{ address: ANNA, text: 'new', setAt: null }] });
    expect(await find(ANNA)).toMatchObject({ about: 'new', about_set_at: LATER });
    await apply({ abouts: [{ address: ANNA, text: 'other', setAt: null }] });
    expect(await find(ANNA)).toMatchObject({ about: 'other', about_set_at: null });
  });

  it('keeps every key, the one seen last being the current one', async () => {
    await apply({ identityKeys: [{ address: ANNA, key: KEY_A, seenAt: EARLIER }] });
    await apply({ identityKeys: [{ address: ANNA, key: KEY_B, seenAt: LATER }] });
    await apply({ identityKeys: [{ address: ANNA, key: KEY_A, seenAt: EARLIER }] });
    expect(await keysOf(ANNA)).toEqual([
      { key: KEY_B, first_seen_at: LATER, last_seen_at: LATER, is_current: true },
      { key: KEY_A, first_seen_at: EARLIER, last_seen_at: EARLIER, is_current: false },
    ]);
  });

  it('keeps both keys that came in one list', async () => {
    await apply({
      identityKeys: [
        { address: ANNA, key: KEY_A, seenAt: EARLIER },
        { address: ANNA, key: KEY_B, seenAt: EARLIER },
        { address: ANNA, key: KEY_A, seenAt: LATER },
      ],
    });
    expect(await keysOf(ANNA)).toEqual([
      { key: KEY_A, first_seen_at: LATER, last_seen_at: LATER, is_current: true },
      { key: KEY_B, first_seen_at: EARLIER, last_seen_at: EARLIER, is_current: false },
    ]);
  });

  it('keeps the old picture while a changed one is not fetched, and has the person fetched', async () => {
    const requested = async () =>
      (
        await dataSource.query<{ r: boolean }[]>('SELECT profile_requested_at IS NOT NULL AS r FROM contact')
      )[0]?.r;
    await apply({ pictures: [picture(ANNA, '17')] });
    expect(await requested()).toBe(false);
    await apply({ pictures: [{ address: ANNA, state: 'changed', id: '17' }] });
    expect(await find(ANNA)).toMatchObject({ picture_state: 'present' });
    await apply({ pictures: [{ address: ANNA, state: 'changed', id: '18' }] });
    expect(await find(ANNA)).toMatchObject({ picture_state: 'changed', picture_id: '17', picture_bytes: 7 });
    expect(await requested()).toBe(true);
    await apply({ pictures: [{ address: ANNA, state: 'hidden' }] });
    expect(await find(ANNA)).toMatchObject({
      picture_state: 'hidden',
      picture_id: null,
      picture_bytes: null,
    });
  });

  it('keeps no picture over the limit of one, and of all together those used last', async () => {
    const large = Buffer.alloc(401 * 1024, JPEG);
    await apply({ pictures: [picture(ANNA, '1', large)] });
    expect(await find(ANNA)).toMatchObject({
      picture_state: 'present',
      picture_id: '1',
      picture_bytes: null,
    });
    const size = 400 * 1024;
    await apply({ pictures: [picture(ANNA, '2', large.subarray(0, size))] });
    await apply({ pictures: [picture(NEW, '3', large.subarray(0, size))] });
    await dataSource.query(
      `UPDATE contact_picture SET last_used_at = now() + interval '1 s'
      FROM contact c WHERE c.id = contact_id AND c.jid = $1`,
      [ANNA],
    );
    await dataSource.query(
      `UPDATE contact_picture SET last_used_at = now() - interval '1 h'
      FROM contact c WHERE c.id = contact_id AND c.jid = $1`,
      [NEW],
    );
    await apply({ pictures: [picture(THIRD, '4', large.subarray(0, size))] });
    expect(await find(ANNA)).toMatchObject({ picture_bytes: size });
    expect(await find(THIRD)).toMatchObject({ picture_bytes: size });
    expect(await find(NEW)).toMatchObject({ picture_state: 'present', picture_id: '3', picture_bytes: null });
  });

  it('trusts the bytes of a picture, not the type that came with them', async () => {
    await apply({ pictures: [picture(ANNA, '1'), picture(NEW, '2', Buffer.from('<script>'))] });
    const types: unknown = await dataSource.query(
      'SELECT content_type FROM contact_picture ORDER BY picture_id',
    );
    expect(types).toEqual([{ content_type: 'image/jpeg' }, { content_type: 'application/octet-stream' }]);
  });

  it('says nothing of the own number', async () => {
    await apply({ ...whole(ME), numberChanges: [{ oldJid: ME, newJid: NEW, oldLid: null, newLid: null }] });
    expect(await versions()).toEqual([]);
  });

  it.each([
    ['the LID', ANNA_LID, ANNA],
    ['the number', ANNA, ANNA_LID],
  ])('loses nothing when rows are merged of which %s told all', async (_, telling, silent) => {
    await apply(whole(telling));
    await apply({ saved: [{ address: silent, fullName: 'Anna', firstName: null }] });
    await apply({ pairs: [{ jid: ANNA, lid: ANNA_LID }] });
    expect(await find(ANNA)).toMatchObject({ ...WHOLE, jid: ANNA, lid: ANNA_LID, full_name: 'Anna' });
    expect(await find(ANNA_LID)).toEqual(await find(ANNA));
  });

  it('keeps the newer picture and all keys when both rows that are merged have some', async () => {
    await apply({
      pictures: [picture(ANNA_LID, 'lid')],
      identityKeys: [{ address: ANNA_LID, key: KEY_A, seenAt: LATER }],
    });
    await apply({
      pictures: [picture(ANNA, 'number')],
      identityKeys: [
        { address: ANNA, key: KEY_A, seenAt: EARLIER },
        { address: ANNA, key: KEY_B, seenAt: EARLIER },
      ],
    });
    await apply({ pairs: [{ jid: ANNA, lid: ANNA_LID }] });
    expect(await find(ANNA)).toMatchObject({ picture_id: 'number', key: KEY_A, key_since: EARLIER });
    expect(await keysOf(ANNA)).toEqual([
      { key: KEY_A, first_seen_at: EARLIER, last_seen_at: LATER, is_current: true },
      { key: KEY_B, first_seen_at: EARLIER, last_seen_at: EARLIER, is_current: false },
    ]);
  });

  it('leaves what a person says of himself with the LID when its number turns out to be another', async () => {
    await apply({ pairs: [{ jid: ANNA, lid: ANNA_LID }], ...whole(ANNA_LID) });
    await apply({ pairs: [{ jid: NEW, lid: ANNA_LID }] });
    expect(await find(NEW)).toMatchObject({ ...WHOLE, lid: ANNA_LID });
    expect(await find(ANNA)).toMatchObject({ ...NOTHING, lid: null });
  });

  describe('of a person with a new number', () => {
    const move = (oldLid: Lid | null = null, newLid: Lid | null = null): ContactChanges => ({
      numberChanges: [{ oldJid: ANNA, newJid: NEW, oldLid, newLid }],
    });
    const saved = (address: Jid, fullName: string): ContactChanges => ({
      saved: [{ address, fullName, firstName: null }],
    });

    it.each<[string, Lid | null, Lid | null, Lid | null, Lid | null]>([
      ['no LIDs', null, null, null, null],
      ['a LID that is known, and not told', ANNA_LID, null, null, ANNA_LID],
      ['a LID that stays', ANNA_LID, ANNA_LID, ANNA_LID, ANNA_LID],
      ['a LID that is told only now', null, ANNA_LID, ANNA_LID, ANNA_LID],
      ['a new LID', ANNA_LID, ANNA_LID, NEW_LID, NEW_LID],
      ['a new LID, the old one being unknown', null, null, NEW_LID, NEW_LID],
    ])('takes along what is his, and no saved name (%s)', async (_, known, oldLid, newLid, expected) => {
      await apply({
        ...whole(ANNA),
        ...saved(ANNA, 'Anna'),
        pairs: known ? [{ jid: ANNA, lid: known }] : [],
      });
      await apply(saved(NEW, 'Anna new'));
      await apply(move(oldLid, newLid));
      expect(await find(NEW)).toMatchObject({
        ...WHOLE,
        lid: expected,
        full_name: 'Anna new',
        moved_from: ANNA,
        moved_to: null,
      });
      expect(await find(ANNA)).toMatchObject({
        ...NOTHING,
        full_name: 'Anna',
        moved_to: NEW,
        moved_from: null,
      });
      const before = await versions();
      await apply(move(oldLid, newLid));
      expect(await versions()).toEqual(before);
    });

    it('marks both numbers when neither was known', async () => {
      await apply(move());
      expect(await find(ANNA)).toMatchObject({ ...NOTHING, moved_to: NEW });
      expect(await find(NEW)).toMatchObject({ ...NOTHING, moved_from: ANNA });
    });

    it('keeps what the new number has said since', async () => {
      await apply(whole(ANNA));
      await apply({
        pushNames: [{ address: NEW, name: 'newer', heardAt: LATER }],
        identityKeys: [{ address: NEW, key: KEY_B, seenAt: LATER }],
      });
      await apply(move());
      expect(await find(NEW)).toMatchObject({ ...WHOLE, push_name: 'newer', key: KEY_B, key_since: LATER });
      expect(await keysOf(NEW)).toHaveLength(2);
    });

    it('follows him over two numbers, and back', async () => {
      await apply(whole(ANNA));
      await apply({
        numberChanges: [
          { oldJid: ANNA, newJid: NEW, oldLid: null, newLid: null },
          { oldJid: NEW, newJid: THIRD, oldLid: null, newLid: null },
        ],
      });
      expect(await find(THIRD)).toMatchObject({ ...WHOLE, moved_from: NEW });
      expect(await find(NEW)).toMatchObject({ ...NOTHING, moved_from: ANNA, moved_to: THIRD });
      await apply({ numberChanges: [{ oldJid: THIRD, newJid: NEW, oldLid: null, newLid: null }] });
      expect(await find(NEW)).toMatchObject({ ...WHOLE, moved_from: THIRD, moved_to: null });
      expect(await find(THIRD)).toMatchObject({ ...NOTHING, moved_from: null, moved_to: NEW });
    });
  });
});
