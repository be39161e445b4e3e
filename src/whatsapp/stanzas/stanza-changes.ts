import { CONTACT_CHANGE_KINDS, type ContactChanges } from '../../contacts/write/contact-changes.js';
import type { Address } from '../../kernel/identifiers/address.js';
import { hashOf } from '../wire/stanza-values.js';

/**
 * Changes read from stanzas: to contacts, to the account itself, and profiles to fetch. An absent list means no change.
 * Only app state saves and deletes contacts.
 */
export interface StanzaChanges extends Omit<ContactChanges, 'saved' | 'unsaved'> {
  /** Changed pictures of contacts that are identified by a hash only. */
  hashedPictures?: HashedPicture[];
  /** Contacts whose profile has to be fetched, because the stanza does not contain the changed value. */
  outdatedProfiles?: Address[];
  /** The same for contacts that are identified by a hash only. */
  outdatedProfileHashes?: string[];
  /** Unverified identity keys in messages. A new one is a hint to fetch the key. */
  identityHints?: IdentityHint[];
  /** The push name of the account itself. */
  ownPushName?: string[];
  /** App-state collections that have a new version. */
  outdatedCollections?: string[];
  /** Time until which WhatsApp does not allow the account to reach out to contacts; null if the lock has ended. */
  reachOutLocks?: { until: Date | null }[];
  /** Whether the address book has to be reconciled, not only updated. */
  reconcile?: true[];
}

/** An identity key, 32 bytes, that a message contains unencrypted. */
export interface IdentityHint {
  address: Address;
  key: Buffer;
}

/** A changed or removed picture. */
export interface HashedPicture {
  /** See contact-hash.repository.ts. */
  hash: string;
  state: 'changed' | 'none';
  /** Null if the stanza does not contain it. */
  id: string | null;
}

/** Kinds that are not written. */
type Signal = 'outdatedCollections' | 'reachOutLocks' | 'reconcile';

/** Written kinds that are not in ContactChanges. The type ensures that none is missing. */
const OTHER_KINDS: Record<Exclude<keyof StanzaChanges, keyof ContactChanges | Signal>, true> = {
  hashedPictures: true,
  ownPushName: true,
  outdatedProfiles: true,
  outdatedProfileHashes: true,
  identityHints: true,
};

/** Written kinds, in the order of the writes. */
const KINDS: readonly string[] = [...CONTACT_CHANGE_KINDS, ...Object.keys(OTHER_KINDS)];

/** Returns the changes for a contact that is identified by a hash only; none if the hash is not valid. */
export function outdatedProfileOf(text: unknown): StanzaChanges {
  const hash = hashOf(text);
  return hash ? { outdatedProfileHashes: [hash] } : {};
}

/** Returns the number of changes to write. */
export function countChanges(changes: StanzaChanges): number {
  return listsOf(changes).reduce((count, [, list]) => count + list.length, 0);
}

/** Kinds that are applied one by one, and the number of simple changes that take the same time. */
const WEIGHTS: Record<string, number> = { numberChanges: 20, lidChanges: 10 };

/**
 * Splits changes into parts that take about as long as `maxChanges` simple ones. Writing the parts in sequence has the
 * same result as writing all changes at once: the order of kinds is that of one transaction, and the order within a
 * kind is preserved.
 */
export function inChunks(changes: StanzaChanges, maxChanges: number): StanzaChanges[] {
  return split(changes, maxChanges, (kind) => WEIGHTS[kind] ?? 1);
}

/** Splits two or more changes into halves, in the order of inChunks(). */
export function inHalves(changes: StanzaChanges): StanzaChanges[] {
  return split(changes, Math.ceil(countChanges(changes) / 2), () => 1);
}

function split(
  changes: StanzaChanges,
  maxWeight: number,
  weightOf: (kind: string) => number,
): StanzaChanges[] {
  const parts: Record<string, unknown[]>[] = [];
  let room = 0;
  for (const [kind, list] of listsOf(changes)) {
    const weight = weightOf(kind);
    for (let start = 0; start < list.length;) {
      if (room < weight) {
        parts.push({});
        room = Math.max(maxWeight, weight);
      }
      const some = list.slice(start, start + Math.floor(room / weight));
      (parts.at(-1) as Record<string, unknown[]>)[kind] = some;
      start += some.length;
      room -= some.length * weight;
    }
  }
  return parts;
}

/** Returns the lists of changes to write, in the order in which they are written. */
export function listsOf(changes: StanzaChanges): [string, unknown[]][] {
  const lists = changes as Record<string, unknown[] | undefined>;
  return KINDS.map((kind) => [kind, lists[kind] ?? []]);
}
