import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { called, EARLIER, LATER, paired, saved, shown } from '../../../test/support/people.js';
import { TestAddressBook } from '../../../test/support/test-address-book.js';
import { WHOLE, whole } from '../../../test/support/whole-contact.js';
import type { Jid, Lid } from '../../kernel/identifiers/address.js';

const ANNA = '491701111111@s.whatsapp.net' as Jid;
const BEN = '491702222222@s.whatsapp.net' as Jid;
const [A, B, C] = ['111111111111111@lid', '222222222222222@lid', '333333333333333@lid'] as [Lid, Lid, Lid];
const NOON = new Date('2026-01-01T12:00:00Z');

const changed = (oldLid: Lid, newLid: Lid, observedAt = LATER) => ({
  lidChanges: [{ oldLid, newLid, observedAt }],
});

describe('a contact with a new LID', () => {
  let book: TestAddressBook;

  beforeAll(async () => {
    book = await TestAddressBook.create({ PICTURES_MAX_MB: 1, PICTURE_MAX_KB: 400 });
  });

  afterAll(() => book.drop());

  beforeEach(() => book.clear());

  it('keeps all of its data', async () => {
    await book.apply(whole(A));
    await book.apply(changed(A, B));
    expect(await book.find(B)).toMatchObject({ ...WHOLE, lid: B });
  });

  it('is found by history that maps the number to the former LID', async () => {
    await book.apply(changed(A, B));
    await book.apply({ ...paired(ANNA, A, null), ...called(A, 'Anna') });
    await book.apply({ ...paired(ANNA, B, LATER), ...saved(ANNA, 'Anna Schmidt', 'Anna') });
    expect(await book.list()).toEqual([
      shown(ANNA, { push_name: 'Anna', full_name: 'Anna Schmidt', first_name: 'Anna' }),
    ]);
    expect(await book.find(ANNA)).toMatchObject({ lid: B });
  });

  it('receives changes of the former LID', async () => {
    await book.apply(paired(ANNA, A));
    await book.apply(changed(A, B));
    await book.apply(whole(A));
    expect(await book.find(ANNA)).toMatchObject({ ...WHOLE, jid: ANNA, lid: B });
    expect(await book.find(B)).toMatchObject(WHOLE);
  });

  it('is found by the former LID', async () => {
    await book.apply(called(A, 'Anna'));
    await book.apply(changed(A, B));
    expect(await book.find(A)).toMatchObject({ lid: B, push_name: 'Anna' });
  });

  it.each([
    ['in order', [changed(A, B, EARLIER), changed(B, C, LATER)]],
    ['in reverse order', [changed(B, C, LATER), changed(A, B, EARLIER)]],
    ['the first one twice', [changed(A, B, EARLIER), changed(B, C, LATER), changed(A, B, EARLIER)]],
    ['without the intermediate one', [changed(A, B, EARLIER), changed(A, C, LATER)]],
  ])('can change it again: %s', async (_, changes) => {
    await book.apply(called(A, 'Anna'));
    for (const change of changes) await book.apply(change);
    await book.apply(paired(ANNA, A, null));
    expect(await book.list()).toEqual([shown(ANNA, { push_name: 'Anna' })]);
    expect(await book.find(ANNA)).toMatchObject({ lid: C });
  });

  it('can return to the first one', async () => {
    await book.apply(called(A, 'Anna'));
    await book.apply(changed(A, B, EARLIER));
    await book.apply(changed(B, A, LATER));
    await book.apply(called(A, 'Anna Maria', NOON));
    await book.apply(called(B, 'Annemarie', new Date(NOON.getTime() + 1)));
    expect(await book.find(A)).toMatchObject({ lid: A, push_name: 'Annemarie' });
  });

  it('loses the former LID to another contact that uses it later', async () => {
    await book.apply(paired(ANNA, A));
    await book.apply(changed(A, B));
    await book.apply(paired(BEN, A, NOON));
    expect(await book.find(ANNA)).toMatchObject({ lid: B });
    expect(await book.find(BEN)).toMatchObject({ lid: A });
  });

  it('keeps the name saved under the former LID', async () => {
    await book.apply({ ...paired(ANNA, A), ...saved(A, 'Anna Schmidt', null) });
    await book.apply(changed(A, B));
    expect(await book.list()).toEqual([shown(ANNA, { full_name: 'Anna Schmidt' })]);
  });
});
