import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryChanges } from '../../../test/support/arbitrary-changes.js';
import { TestAddressBook } from '../../../test/support/test-address-book.js';
import type { Jid } from '../../kernel/identifiers/address.js';
import type { ContactChanges } from './contact-changes.js';

const RUNS = 40;
/** Numbers that are not stored. Deleting them changes nothing, but makes a change of names large. */
const UNKNOWN = Array.from({ length: 300 }, (_, i) => `49160${1_000_000 + i}@s.whatsapp.net` as Jid);

let few: TestAddressBook;
let many: TestAddressBook;

beforeAll(async () => {
  [few, many] = [await TestAddressBook.create(), await TestAddressBook.create()];
});

afterAll(() => Promise.all([few.drop(), many.drop()]));

/** Returns the feed without values that differ between databases, each batch of changes sorted by contact. */
async function feedOf(book: TestAddressBook, after: number): Promise<unknown[]> {
  const rows = (await book.feed()).slice(after);
  const texts = rows.map(({ kind, jid, lid, fields, mergedInto, contact }) => {
    const { id: _, updated_at: __, picture_updated_at: ___, ...rest } = contact ?? {};
    return JSON.stringify({
      kind,
      jid,
      lid,
      fields,
      isMerged: mergedInto !== null,
      contact: contact && rest,
    });
  });
  return texts.sort();
}

it('appends the same changes for many names as for few', async () => {
  const oneKind = arbitraryChanges().chain((changes) =>
    fc.constantFrom('saved', 'unsaved', 'pushNames').map((kind) => ({ [kind]: changes[kind as 'unsaved'] })),
  ) as fc.Arbitrary<ContactChanges>;
  const step = fc.record({ changes: arbitraryChanges(), names: oneKind });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (history) => {
      await Promise.all([few.clear(), many.clear()]);
      for (const { changes, names } of history) {
        await Promise.all([few.apply(changes), many.apply(changes)]);
        const after = [(await few.feed()).length, (await many.feed()).length] as const;
        await few.apply(names);
        await many.apply({ ...names, unsaved: [...(names.unsaved ?? []), ...UNKNOWN] });
        expect(await feedOf(many, after[1])).toEqual(await feedOf(few, after[0]));
      }
    }),
    { numRuns: RUNS },
  );
});
