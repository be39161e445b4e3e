import { cleanName, cleanUsername } from '../../contacts/write/clean-name.js';
import { type CachedContact, type ContactCache, shortKey } from '../../contacts/write/contact-cache.js';
import type { Address } from '../../kernel/identifiers/address.js';
import { listsOf, type StanzaChanges } from './stanza-changes.js';

const HOUR_MS = 3_600_000;

/** Tests whether a change equals the committed value, by kind. Kinds that messages do not repeat are absent. */
type Tests = {
  [Kind in keyof StanzaChanges]?: (
    change: NonNullable<StanzaChanges[Kind]>[number],
    people: ContactCache,
  ) => boolean;
};

const TESTS: Tests = {
  mappings: ({ jid, lid }, people) => {
    const person = people.find(lid);
    return person !== null && person.isMapped && person.jid === jid;
  },
  pushNames: ({ address, name }, people) => {
    const clean = cleanName(name);
    return clean === null || clean === '-' || people.find(address)?.pushName === clean;
  },
  usernames: ({ address, name }, people) => people.find(address)?.username === cleanUsername(name),
  businessNames: ({ address, name }, people) => people.find(address)?.businessName === cleanName(name),
  businessFlags: ({ address, isBusiness }, people) => {
    const person = people.find(address);
    return person?.isBusiness === isBusiness && (isBusiness || person.businessName === null);
  },
  identityHints: ({ address, key }, people) => {
    const person = people.find(address);
    return person !== null && (person.identityKey === shortKey(key) || person.hint === hintOf(key));
  },
  ownPushName: (name, people) => people.ownPushName === cleanName(name),
};

/** Returns whether all changes are already committed, so that writing them would have no effect. */
export function areCommitted(changes: StanzaChanges, people: ContactCache): boolean {
  return listsOf(changes).every(([kind, list]) => {
    if (list.length === 0) return true;
    const test = TESTS[kind as keyof StanzaChanges] as
      ((change: unknown, people: ContactCache) => boolean) | undefined;
    return test !== undefined && list.every((change) => test(change, people));
  });
}

/** Returns the contacts in changes that later stanzas may repeat. */
export function addressesIn({
  mappings = [],
  pushNames = [],
  usernames = [],
  businessNames = [],
  businessFlags = [],
  identityHints = [],
}: StanzaChanges): Address[] {
  const changed = [...pushNames, ...usernames, ...businessNames, ...businessFlags, ...identityHints];
  return [...new Set([...mappings.map(({ lid }) => lid), ...changed.map(({ address }) => address)])];
}

/** Caches contacts as read in the transaction, and the identity hints that it has processed. */
export function remember(
  people: ContactCache,
  known: readonly CachedContact[],
  changes: StanzaChanges,
): void {
  for (const person of known) people.add(person);
  for (const { address, key } of changes.identityHints ?? []) {
    const person = people.find(address);
    if (person) people.add({ ...person, hint: hintOf(key) });
  }
  people.ownPushName = cleanName(changes.ownPushName?.at(-1)) ?? people.ownPushName;
}

/**
 * Includes the hour: a hint whose key is still missing is processed again after it, when it can start another fetch.
 */
function hintOf(key: Uint8Array): string {
  return `${Math.floor(Date.now() / HOUR_MS)} ${shortKey(key)}`;
}
