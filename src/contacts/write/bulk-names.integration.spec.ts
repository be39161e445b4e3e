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

interface ComparedChange {
  who: string;
  isMerged: boolean;
  contact: object | null;
  /** Undefined for the last of several changes of a contact. */
  what?: { kind: string; fields: string[] };
}

/** Returns the changes of each contact without values that differ between databases. */
async function changesOf(book: TestAddressBook, after: number): Promise<Map<string, ComparedChange[]>> {
  const changes = new Map<string, ComparedChange[]>();
  for (const { kind, jid, lid, fields, mergedInto, contact } of (await book.feed()).slice(after)) {
    const { id: _, updated_at: __, picture_updated_at: ___, ...rest } = contact ?? {};
    const who = `${jid} ${lid}`;
    const change = { who, isMerged: mergedInto !== null, contact: contact && rest, what: { kind, fields } };
    changes.set(who, [...(changes.get(who) ?? []), change]);
  }
  return changes;
}

/**
 * Compares the changes of two address books. For many names, a contact that is saved under its number and under its LID
 * gets a change for each of the two. Then only the last state is compared.
 */
function expectEqual(many: Map<string, ComparedChange[]>, few: Map<string, ComparedChange[]>): void {
  const isSingle = (who: string) => many.get(who)?.length === 1 && few.get(who)?.length === 1;
  const comparable = (changes: Map<string, ComparedChange[]>) =>
    [...changes].map(([who, list]) => (isSingle(who) ? list[0] : { ...list.at(-1), what: undefined }));
  const byContact = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  expect(comparable(many).toSorted(byContact)).toEqual(comparable(few).toSorted(byContact));
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
        expectEqual(await changesOf(many, after[1]), await changesOf(few, after[0]));
      }
    }),
    { numRuns: RUNS },
  );
});
