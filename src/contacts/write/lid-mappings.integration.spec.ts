import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { called, EARLIER, LATER, paired, saved, shown } from '../../../test/support/people.js';
import { TestAddressBook } from '../../../test/support/test-address-book.js';
import type { Jid, Lid } from '../../kernel/identifiers/address.js';

const ANNA = '491701111111@s.whatsapp.net' as Jid;
const ANNA_LID = '111111111111111@lid' as Lid;
const BEN = '491702222222@s.whatsapp.net' as Jid;
const BEN_LID = '222222222222222@lid' as Lid;

describe('a LID–PN mapping', () => {
  let book: TestAddressBook;

  beforeAll(async () => {
    book = await TestAddressBook.create();
  });

  afterAll(() => book.drop());

  beforeEach(() => book.clear());

  it('merges the rows of number and LID, in either order', async () => {
    await book.apply(saved(ANNA, 'Anna', 'Anna'));
    await book.apply(called(ANNA_LID, 'anni'));
    expect(await book.list()).toEqual([shown(ANNA, { full_name: 'Anna', first_name: 'Anna' })]);
    await book.apply(paired(ANNA, ANNA_LID));
    expect(await book.list()).toEqual([
      shown(ANNA, { full_name: 'Anna', first_name: 'Anna', push_name: 'anni' }),
    ]);

    await book.apply(paired(BEN, BEN_LID));
    await book.apply(called(BEN_LID, 'benny'));
    await book.apply(saved(BEN, 'Ben', 'Ben'));
    expect((await book.list())[1]).toEqual(
      shown(BEN, { full_name: 'Ben', first_name: 'Ben', push_name: 'benny' }),
    );
    expect(await book.dataSource.query('SELECT count(*)::int AS rows FROM contact')).toEqual([{ rows: 2 }]);
  });

  it('keeps the ID of a merged contact usable, even if the merge is not in the feed', async () => {
    await book.dataSource.query('UPDATE account SET synced_at = NULL');
    await book.apply(called(ANNA_LID, 'anni'));
    const former = await book.find(ANNA_LID);
    await book.apply(saved(ANNA, 'Anna', null));
    await book.apply(paired(ANNA, ANNA_LID));
    const anna = await book.find(ANNA);
    expect(former?.id).not.toBe(anna?.id);
    expect(await book.find(former?.id ?? '')).toEqual(anna);
    expect(await book.find(anna?.id ?? '')).toEqual(anna);
  });

  it('keeps the later of two push names', async () => {
    await book.apply(called(ANNA, 'by number', LATER));
    await book.apply(called(ANNA_LID, 'by lid', EARLIER));
    await book.apply(paired(ANNA, ANNA_LID));
    expect((await book.list())[0]?.push_name).toBe('by number');
    await book.apply(called(BEN, 'by number', EARLIER));
    await book.apply(called(BEN_LID, 'by lid', LATER));
    await book.apply(paired(BEN, BEN_LID));
    expect((await book.list())[1]?.push_name).toBe('by lid');
  });

  it('makes a contact with only a LID appear in the list', async () => {
    await book.apply(saved(ANNA_LID, 'Anna', 'Anna'));
    expect(await book.list()).toEqual([]);
    expect((await book.find(ANNA_LID))?.jid).toBeNull();
    await book.apply(paired(ANNA, ANNA_LID));
    expect(await book.list()).toEqual([shown(ANNA, { full_name: 'Anna', first_name: 'Anna' })]);
    expect((await book.find(ANNA_LID))?.jid).toBe(ANNA);
  });

  it('prefers names saved under the number to those saved under the LID', async () => {
    await book.apply({
      ...paired(ANNA, ANNA_LID),
      ...saved(ANNA_LID, 'By Lid', null),
    });
    await book.apply(saved(ANNA, null, 'Number'));
    expect(await book.list()).toEqual([shown(ANNA, { first_name: 'Number' })]);
    await book.apply({ unsaved: [ANNA] });
    expect(await book.list()).toEqual([shown(ANNA, { full_name: 'By Lid' })]);
  });

  it('moves the profile with the LID, but not the names saved under the number', async () => {
    await book.apply({
      ...paired(ANNA, ANNA_LID),
      ...saved(ANNA, 'Anna', 'Anna'),
      ...called(ANNA_LID, 'anni'),
    });
    await book.apply(paired(BEN, ANNA_LID));
    expect(await book.list()).toEqual([
      shown(ANNA, { full_name: 'Anna', first_name: 'Anna' }),
      shown(BEN, { push_name: 'anni' }),
    ]);
  });

  it('swaps the LIDs of two contacts', async () => {
    await book.apply({
      mappings: [
        { jid: ANNA, lid: BEN_LID, observedAt: EARLIER },
        { jid: BEN, lid: ANNA_LID, observedAt: EARLIER },
      ],
    });
    await book.apply({
      pushNames: [...called(ANNA_LID, 'anni').pushNames, ...called(BEN_LID, 'benny').pushNames],
    });
    await book.apply({
      mappings: [
        { jid: ANNA, lid: ANNA_LID, observedAt: EARLIER },
        { jid: BEN, lid: BEN_LID, observedAt: EARLIER },
      ],
    });
    expect(await book.list()).toEqual([
      shown(ANNA, { push_name: 'anni' }),
      shown(BEN, { push_name: 'benny' }),
    ]);
    expect(await book.dataSource.query('SELECT count(*)::int AS rows FROM contact')).toEqual([{ rows: 2 }]);
  });

  it('from history does not replace other mappings', async () => {
    await book.apply({ ...paired(ANNA, ANNA_LID), ...called(ANNA_LID, 'anni') });
    await book.apply(paired(BEN, ANNA_LID, null));
    await book.apply(paired(ANNA, BEN_LID, null));
    expect(await book.list()).toEqual([shown(ANNA, { push_name: 'anni' })]);
    await book.apply({ ...paired(BEN, BEN_LID, null), ...called(BEN_LID, 'benny') });
    expect((await book.list())[1]).toEqual(shown(BEN, { push_name: 'benny' }));
  });

  it.each([
    ['from history', null, EARLIER],
    ['from a message', EARLIER, LATER],
  ])('%s does not move a number back to its previous owner', async (_, before, after) => {
    await book.apply({ ...paired(ANNA, ANNA_LID, before), ...called(ANNA_LID, 'old owner') });
    await book.apply({ ...paired(ANNA, BEN_LID, after), ...called(BEN_LID, 'new owner') });
    await book.apply({ ...paired(ANNA, ANNA_LID, before), ...saved(ANNA, 'Anna', null) });
    expect(await book.list()).toEqual([shown(ANNA, { full_name: 'Anna', push_name: 'new owner' })]);
  });

  it('keeps late messages of the previous owner of a number from naming the new one', async () => {
    const named = (address: Jid | Lid, observedAt: Date) => ({
      usernames: [{ address, name: 'adler', observedAt }],
    });
    await book.apply({ ...paired(ANNA, ANNA_LID, EARLIER), ...named(ANNA_LID, EARLIER) });
    await book.apply(paired(ANNA, BEN_LID, LATER));
    const shortlyBefore = new Date(LATER.getTime() - 1_000);
    await book.apply({ ...called(ANNA, 'old owner', shortlyBefore), ...named(ANNA, shortlyBefore) });
    expect(await book.find(ANNA)).toMatchObject({ lid: BEN_LID, username: null });
    expect(await book.list()).toEqual([]);
    expect((await book.find(ANNA_LID))?.username).toBe('adler');
    await book.apply({ ...called(ANNA, 'new owner', LATER), ...named(ANNA, LATER) });
    expect(await book.list()).toEqual([shown(ANNA, { push_name: 'new owner' })]);
    expect((await book.find(ANNA_LID))?.username).toBeNull();
  });

  it('from history has priority after a message confirms it', async () => {
    await book.apply(paired(ANNA, ANNA_LID, null));
    await book.apply({ ...paired(ANNA, ANNA_LID, LATER), ...called(ANNA_LID, 'anni') });
    await book.apply(paired(ANNA, BEN_LID, EARLIER));
    expect(await book.list()).toEqual([shown(ANNA, { push_name: 'anni' })]);
  });

  it('is replaced by a later one in the same batch', async () => {
    await book.apply({
      mappings: [...paired(ANNA, ANNA_LID, LATER).mappings, ...paired(ANNA, BEN_LID, EARLIER).mappings],
      pushNames: [...called(ANNA_LID, 'anni').pushNames, ...called(BEN_LID, 'benny').pushNames],
    });
    expect(await book.list()).toEqual([shown(ANNA, { push_name: 'anni' })]);
  });
});
