import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EARLIER, LATER } from '../../../test/support/people.js';
import { ME, TestAddressBook } from '../../../test/support/test-address-book.js';
import { JPEG, KEY_A, KEY_B, NOTHING, picture, WHOLE, whole } from '../../../test/support/whole-contact.js';
import type { Jid, Lid } from '../../kernel/identifiers/address.js';
import { ProfileFetchesRepository } from '../fetches/profile-fetches.repository.js';

const ANNA = '491701111111@s.whatsapp.net' as Jid;
const ANNA_LID = '111111111111111@lid' as Lid;
const NEW = '491702222222@s.whatsapp.net' as Jid;
const THIRD = '491703333333@s.whatsapp.net' as Jid;

describe('the profile of a contact', () => {
  let book: TestAddressBook;

  beforeAll(async () => {
    book = await TestAddressBook.create({ PICTURES_MAX_MB: 1, PICTURE_MAX_KB: 400 });
  });

  afterAll(() => book.drop());

  beforeEach(() => book.clear());

  it('is stored, and not written again when it is repeated', async () => {
    await book.apply(whole(ANNA));
    expect(await book.find(ANNA)).toMatchObject(WHOLE);
    const before = await book.versions();
    await book.apply(whole(ANNA));
    expect(await book.versions()).toEqual(before);
    expect(before).toHaveLength(3);
  });

  it('distinguishes empty, hidden and unknown about texts', async () => {
    await book.apply({ businessFlags: [{ address: ANNA, isBusiness: false }] });
    expect(await book.find(ANNA)).toMatchObject({ about: null, about_state: null, is_business: false });
    await book.apply({ abouts: [{ address: ANNA, text: '', setAt: null }] });
    expect(await book.find(ANNA)).toMatchObject({ about: '', about_state: 'known', about_set_at: null });
    await book.apply({ abouts: [{ address: ANNA, text: null, setAt: null }] });
    expect(await book.find(ANNA)).toMatchObject({ about: null, about_state: 'hidden' });
  });

  it('keeps the latest about text, and its time if it is repeated without one', async () => {
    await book.apply({ abouts: [{ address: ANNA, text: 'new', setAt: LATER }] });
    await book.apply({ abouts: [{ address: ANNA, text: 'old', setAt: EARLIER }] });
    expect(await book.find(ANNA)).toMatchObject({ about: 'new', about_set_at: LATER });
    await book.apply({ abouts: [{ address: ANNA, text: 'new', setAt: null }] });
    expect(await book.find(ANNA)).toMatchObject({ about: 'new', about_set_at: LATER });
    await book.apply({ abouts: [{ address: ANNA, text: 'other', setAt: null }] });
    expect(await book.find(ANNA)).toMatchObject({ about: 'other', about_set_at: null });
  });

  it('keeps every key; the one seen last is current', async () => {
    await book.apply({ identityKeys: [{ address: ANNA, key: KEY_A, seenAt: EARLIER }] });
    await book.apply({ identityKeys: [{ address: ANNA, key: KEY_B, seenAt: LATER }] });
    await book.apply({ identityKeys: [{ address: ANNA, key: KEY_A, seenAt: EARLIER }] });
    expect(await book.keysOf(ANNA)).toEqual([
      { key: KEY_B, first_seen_at: LATER, last_seen_at: LATER, is_current: true },
      { key: KEY_A, first_seen_at: EARLIER, last_seen_at: EARLIER, is_current: false },
    ]);
  });

  it('keeps both keys of one list', async () => {
    await book.apply({
      identityKeys: [
        { address: ANNA, key: KEY_A, seenAt: EARLIER },
        { address: ANNA, key: KEY_B, seenAt: EARLIER },
        { address: ANNA, key: KEY_A, seenAt: LATER },
      ],
    });
    expect(await book.keysOf(ANNA)).toEqual([
      { key: KEY_A, first_seen_at: LATER, last_seen_at: LATER, is_current: true },
      { key: KEY_B, first_seen_at: EARLIER, last_seen_at: EARLIER, is_current: false },
    ]);
  });

  it('keeps the old picture until the new one is fetched, and requests that once a day', async () => {
    const fetches = new ProfileFetchesRepository(book.dataSource);
    const wanted = async () =>
      (await fetches.takePictures(book.accountId, 10)).map(({ pictureId }) => pictureId);
    await book.apply({ pictures: [picture(ANNA, '17')] });
    await book.apply({ pictures: [{ address: ANNA, state: 'changed', id: '17' }] });
    expect(await wanted()).toEqual([]);
    await book.apply({ pictures: [{ address: ANNA, state: 'changed', id: '18' }] });
    expect(await book.find(ANNA)).toMatchObject({
      picture_state: 'changed',
      picture_id: '17',
      picture_bytes: 7,
    });
    expect(await wanted()).toEqual(['17']);
    expect(await wanted()).toEqual([]);
    // The picture that was requested is outdated.
    await book.apply({ pictures: [{ address: ANNA, state: 'changed', id: '19' }] });
    expect(await wanted()).toEqual(['17']);
    await book.apply({ pictures: [{ address: ANNA, state: 'unchanged' }] });
    expect(await book.find(ANNA)).toMatchObject({ picture_state: 'present', picture_id: '17' });
    await book.apply({ pictures: [{ address: ANNA, state: 'hidden' }] });
    expect(await book.find(ANNA)).toMatchObject({
      picture_state: 'hidden',
      picture_id: null,
      picture_bytes: null,
    });
  });

  it('evicts pictures above the limit, and the least recently used above the total', async () => {
    const large = Buffer.alloc(401 * 1024, JPEG);
    await book.apply({ pictures: [picture(ANNA, '1', large)] });
    expect(await book.find(ANNA)).toMatchObject({
      picture_state: 'present',
      picture_id: '1',
      picture_bytes: null,
    });
    const size = 400 * 1024;
    await book.apply({ pictures: [picture(ANNA, '2', large.subarray(0, size))] });
    await book.apply({ pictures: [picture(NEW, '3', large.subarray(0, size))] });
    await book.dataSource.query(
      `UPDATE contact_picture SET last_used_at = now() + interval '1 s'
      FROM contact c WHERE c.id = contact_id AND c.jid = $1`,
      [ANNA],
    );
    await book.dataSource.query(
      `UPDATE contact_picture SET last_used_at = now() - interval '1 h'
      FROM contact c WHERE c.id = contact_id AND c.jid = $1`,
      [NEW],
    );
    await book.apply({ pictures: [picture(THIRD, '4', large.subarray(0, size))] });
    expect(await book.find(ANNA)).toMatchObject({ picture_bytes: size });
    expect(await book.find(THIRD)).toMatchObject({ picture_bytes: size });
    expect(await book.find(NEW)).toMatchObject({
      picture_state: 'present',
      picture_id: '3',
      picture_bytes: null,
    });
  });

  it('detects the type of a picture from its bytes', async () => {
    await book.apply({ pictures: [picture(ANNA, '1'), picture(NEW, '2', Buffer.from('<script>'))] });
    const types: unknown = await book.dataSource.query(
      'SELECT content_type FROM contact_picture ORDER BY picture_id',
    );
    expect(types).toEqual([{ content_type: 'image/jpeg' }, { content_type: 'application/octet-stream' }]);
  });

  it('is not stored for the own number', async () => {
    await book.apply({
      ...whole(ME),
      numberChanges: [{ oldJid: ME, newJid: NEW, oldLid: null, newLid: null, observedAt: LATER }],
    });
    expect(await book.versions()).toEqual([]);
  });

  it.each([
    ['the LID', ANNA_LID, ANNA],
    ['the number', ANNA, ANNA_LID],
  ])('survives a merge when the row of %s contains all of it', async (_, profiled, other) => {
    await book.apply(whole(profiled));
    await book.apply({ saved: [{ address: other, fullName: 'Anna', firstName: null }] });
    await book.apply({ mappings: [{ jid: ANNA, lid: ANNA_LID, observedAt: EARLIER }] });
    expect(await book.find(ANNA)).toMatchObject({ ...WHOLE, jid: ANNA, lid: ANNA_LID, full_name: 'Anna' });
    expect(await book.find(ANNA_LID)).toEqual(await book.find(ANNA));
  });

  it('keeps the newer picture and all keys of merged rows', async () => {
    await book.apply({
      pictures: [picture(ANNA_LID, 'lid')],
      identityKeys: [{ address: ANNA_LID, key: KEY_A, seenAt: LATER }],
    });
    await book.apply({
      pictures: [picture(ANNA, 'number')],
      identityKeys: [
        { address: ANNA, key: KEY_A, seenAt: EARLIER },
        { address: ANNA, key: KEY_B, seenAt: EARLIER },
      ],
    });
    await book.apply({ mappings: [{ jid: ANNA, lid: ANNA_LID, observedAt: EARLIER }] });
    expect(await book.find(ANNA)).toMatchObject({
      picture_id: 'number',
      key: KEY_A.toString('base64'),
      key_since: EARLIER,
    });
    expect(await book.keysOf(ANNA)).toEqual([
      { key: KEY_A, first_seen_at: EARLIER, last_seen_at: LATER, is_current: true },
      { key: KEY_B, first_seen_at: EARLIER, last_seen_at: EARLIER, is_current: false },
    ]);
  });

  it('remains with the LID when it is mapped to another number', async () => {
    await book.apply({ mappings: [{ jid: ANNA, lid: ANNA_LID, observedAt: EARLIER }], ...whole(ANNA_LID) });
    await book.apply({ mappings: [{ jid: NEW, lid: ANNA_LID, observedAt: EARLIER }] });
    expect(await book.find(NEW)).toMatchObject({ ...WHOLE, lid: ANNA_LID });
    expect(await book.find(ANNA)).toMatchObject({ ...NOTHING, lid: null });
  });
});
