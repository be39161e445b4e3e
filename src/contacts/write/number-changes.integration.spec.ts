import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EARLIER, LATER } from '../../../test/support/people.js';
import { TestAddressBook } from '../../../test/support/test-address-book.js';
import { KEY_A, KEY_B, NOTHING, WHOLE, whole } from '../../../test/support/whole-contact.js';
import type { Jid, Lid } from '../../kernel/identifiers/address.js';
import type { ContactChanges } from './contact-changes.js';

const ANNA = '491701111111@s.whatsapp.net' as Jid;
const ANNA_LID = '111111111111111@lid' as Lid;
const NEW_LID = '222222222222222@lid' as Lid;
const NEW = '491702222222@s.whatsapp.net' as Jid;
const THIRD = '491703333333@s.whatsapp.net' as Jid;

describe('a contact with a new number', () => {
  let book: TestAddressBook;

  beforeAll(async () => {
    book = await TestAddressBook.create();
  });

  afterAll(() => book.drop());

  beforeEach(() => book.clear());

  const move = (oldLid: Lid | null = null, newLid: Lid | null = null): ContactChanges => ({
    numberChanges: [{ oldJid: ANNA, newJid: NEW, oldLid, newLid, observedAt: LATER }],
  });
  const saved = (address: Jid, fullName: string): ContactChanges => ({
    saved: [{ address, fullName, firstName: null }],
  });

  it.each(['before', 'together with'])(
    'keeps its profile if the change is received after a message of the next owner (%s)',
    async (when) => {
      const zed: ContactChanges = {
        mappings: [{ jid: ANNA, lid: NEW_LID, observedAt: new Date(LATER.getTime() + 60_000) }],
        pushNames: [{ address: NEW_LID, name: 'Zed', observedAt: new Date(LATER.getTime() + 60_000) }],
      };
      await book.apply({
        ...whole(ANNA),
        mappings: [{ jid: ANNA, lid: ANNA_LID, observedAt: EARLIER }],
      });
      if (when === 'before') await book.apply(zed);
      await book.apply({ ...(when === 'before' ? {} : zed), ...move(ANNA_LID, ANNA_LID) });
      expect(await book.find(NEW)).toMatchObject({ ...WHOLE, lid: ANNA_LID });
      expect(await book.find(ANNA)).toMatchObject({ ...NOTHING, lid: NEW_LID, push_name: 'Zed' });
    },
  );

  it.each<[string, Lid | null, Lid | null, Lid | null, Lid | null]>([
    ['no LIDs', null, null, null, null],
    ['a stored LID that is not sent', ANNA_LID, null, null, ANNA_LID],
    ['an unchanged LID', ANNA_LID, ANNA_LID, ANNA_LID, ANNA_LID],
    ['a LID that is sent for the first time', null, ANNA_LID, ANNA_LID, ANNA_LID],
    ['a new LID', ANNA_LID, ANNA_LID, NEW_LID, NEW_LID],
    ['a new LID without an old one', null, null, NEW_LID, NEW_LID],
  ])('keeps its profile, but not its saved names (%s)', async (_, known, oldLid, newLid, expected) => {
    await book.apply({
      ...whole(ANNA),
      ...saved(ANNA, 'Anna'),
      mappings: known ? [{ jid: ANNA, lid: known, observedAt: EARLIER }] : [],
    });
    await book.apply(saved(NEW, 'Anna new'));
    await book.apply(move(oldLid, newLid));
    expect(await book.find(NEW)).toMatchObject({
      ...WHOLE,
      lid: expected,
      full_name: 'Anna new',
      moved_from: ANNA,
      moved_to: null,
    });
    expect(await book.find(ANNA)).toMatchObject({
      ...NOTHING,
      full_name: 'Anna',
      moved_to: NEW,
      moved_from: null,
    });
    const before = await book.versions();
    await book.apply(move(oldLid, newLid));
    expect(await book.versions()).toEqual(before);
  });

  it('links both numbers if neither was stored', async () => {
    await book.apply(move());
    expect(await book.find(ANNA)).toMatchObject({ ...NOTHING, moved_to: NEW });
    expect(await book.find(NEW)).toMatchObject({ ...NOTHING, moved_from: ANNA });
  });

  it('keeps newer data of the new number', async () => {
    await book.apply(whole(ANNA));
    await book.apply({
      pushNames: [{ address: NEW, name: 'newer', observedAt: LATER }],
      identityKeys: [{ address: NEW, key: KEY_B, seenAt: LATER }],
    });
    await book.apply(move());
    expect(await book.find(NEW)).toMatchObject({
      ...WHOLE,
      push_name: 'newer',
      key: KEY_B.toString('base64'),
      key_since: LATER,
    });
    expect(await book.keysOf(NEW)).toHaveLength(2);
  });

  it('keeps its current key if another was seen at the same time', async () => {
    const seen = (key: Buffer, seenAt: Date): ContactChanges => ({
      identityKeys: [{ address: ANNA, key, seenAt }],
    });
    await book.apply(seen(KEY_B, EARLIER));
    await book.apply(seen(KEY_A, LATER));
    await book.apply(seen(KEY_B, LATER));
    const before = await book.find(ANNA);
    await book.apply(move());
    expect(await book.find(NEW)).toMatchObject({ key: before?.key });
  });

  it('keeps its profile over two changes, and when it returns', async () => {
    await book.apply(whole(ANNA));
    await book.apply({
      numberChanges: [
        { oldJid: ANNA, newJid: NEW, oldLid: null, newLid: null, observedAt: LATER },
        { oldJid: NEW, newJid: THIRD, oldLid: null, newLid: null, observedAt: LATER },
      ],
    });
    expect(await book.find(THIRD)).toMatchObject({ ...WHOLE, moved_from: NEW });
    expect(await book.find(NEW)).toMatchObject({ ...NOTHING, moved_from: ANNA, moved_to: THIRD });
    await book.apply({
      numberChanges: [{ oldJid: THIRD, newJid: NEW, oldLid: null, newLid: null, observedAt: LATER }],
    });
    expect(await book.find(NEW)).toMatchObject({ ...WHOLE, moved_from: THIRD, moved_to: null });
    expect(await book.find(THIRD)).toMatchObject({ ...NOTHING, moved_from: null, moved_to: NEW });
  });
});
