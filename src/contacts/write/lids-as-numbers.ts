import { type Address, phoneOf } from '../../kernel/identifiers/address.js';
import {
  type AddressBookOwner,
  type ContactChanges,
  identifiersIn,
  PROFILE_KINDS,
} from './contact-changes.js';

/** The numbers in changes; `certain` are the digits of the account's own LID, or of a LID in the same changes. */
export function numbersToCheck(
  changes: ContactChanges,
  { lid }: AddressBookOwner,
): { jids: string[]; certain: string[] } {
  const { jids, lids } = identifiersIn({ ...changes, saved: undefined, unsaved: undefined });
  const users = new Set([...lids, ...(lid ? [lid] : [])].map(phoneOf));
  return { jids, certain: jids.filter((jid) => users.has(phoneOf(jid))) };
}

/**
 * Removes changes that would create a contact from a LID written as a number, `<LID>@s.whatsapp.net`, as some clients
 * and servers do. Contacts saved on the phone remain: the phone signs these records, and a third party must not be able
 * to block a number by claiming it as a LID.
 */
export function withoutLidsAsNumbers(changes: ContactChanges, wrong: ReadonlySet<string>): ContactChanges {
  if (wrong.size === 0) return changes;
  const isRight = (address: Address) => !wrong.has(address);
  const profiles = PROFILE_KINDS.map((kind) => [
    kind,
    changes[kind]?.filter(({ address }: { address: Address }) => isRight(address)),
  ]);
  return {
    ...changes,
    ...(Object.fromEntries(profiles) as ContactChanges),
    mappings: changes.mappings?.filter(({ jid }) => isRight(jid)),
    numberChanges: changes.numberChanges?.filter(({ oldJid, newJid }) => isRight(oldJid) && isRight(newJid)),
  };
}
