import { type Address, phoneOf } from '../address.js';
import { type AddressBookOwner, type ContactChanges, keysIn } from './contact-changes.js';

/** Lists whose entries are about one person each. Saved names are not among them: see withoutLidsAsNumbers(). */
const FACTS = [
  'pushNames',
  'usernames',
  'businessNames',
  'businessFlags',
  'abouts',
  'textStatuses',
  'pictures',
  'identityKeys',
] as const;

/** The numbers in changes; `certain` are the digits of the account's own LID, or of a LID in the same changes. */
export function numbersToCheck(
  changes: ContactChanges,
  { lid }: AddressBookOwner,
): { jids: string[]; certain: string[] } {
  const { jids, lids } = keysIn({ ...changes, saved: undefined, unsaved: undefined });
  const users = new Set([...lids, ...(lid ? [lid] : [])].map(phoneOf));
  return { jids, certain: jids.filter((jid) => users.has(phoneOf(jid))) };
}

/**
 * Removes what would make a contact out of a LID with the server of a number, `<LID>@s.whatsapp.net`, as some clients and
 * servers write it. What the phone has saved stays: the records are signed by the phone, and nobody else may keep a number
 * out of its address book by claiming it as a LID.
 */
export function withoutLidsAsNumbers(changes: ContactChanges, wrong: ReadonlySet<string>): ContactChanges {
  if (wrong.size === 0) return changes;
  const isRight = (address: Address) => !wrong.has(address);
  const facts = FACTS.map((kind) => [
    kind,
    changes[kind]?.filter(({ address }: { address: Address }) => isRight(address)),
  ]);
  return {
    ...changes,
    ...(Object.fromEntries(facts) as ContactChanges),
    mappings: changes.mappings?.filter(({ jid }) => isRight(jid)),
    numberChanges: changes.numberChanges?.filter(({ oldJid, newJid }) => isRight(oldJid) && isRight(newJid)),
  };
}
