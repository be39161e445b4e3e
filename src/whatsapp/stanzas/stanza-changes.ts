import type { Address } from '../../contacts/address.js';
import { type ContactChanges, CONTACT_CHANGE_KINDS } from '../../contacts/write/contact-changes.js';

/**
 * Changes read from stanzas: of contacts, of the account itself, and of profiles to fetch. Absent lists mean no change. Only app
 * state changes the address book itself.
 */
export interface StanzaChanges extends Omit<ContactChanges, 'saved' | 'unsaved'> {
  /** Changed pictures of contacts who are named by a hash only. */
  hashedPictures?: HashedPicture[];
  /** Contacts whose profile has to be fetched: something in it has changed, the stanza does not contain what. */
  outdatedProfiles?: Address[];
  /** The same for contacts who are named by a hash only. */
  outdatedProfileHashes?: string[];
  /** Identity keys under which people have encrypted messages; unverified, so that they are only a hint to fetch the key. */
  identityHints?: IdentityHint[];
  /** The push name of the account itself. */
  ownPushName?: string[];
  /** App-state collections that have a new version. */
  outdatedCollections?: string[];
  /** WhatsApp has locked the account's reaching out to contacts until then; null: the lock has ended. */
  reachOutLocks?: { until: Date | null }[];
  /** The address book has to be reconciled, not only updated. */
  reconcile?: true[];
}

/** An identity key that a message carries in clear, 32 bytes. */
export interface IdentityHint {
  address: Address;
  key: Buffer;
}

/** A picture that is new (with its id, if the stanza contains it) or gone; see contact-hash.repository.ts for the hash. */
export interface HashedPicture {
  hash: string;
  state: 'changed' | 'none';
  id: string | null;
}

/** The kinds in the order in which they are written. */
const KINDS: readonly string[] = [
  ...CONTACT_CHANGE_KINDS,
  'hashedPictures',
  'ownPushName',
  'outdatedProfiles',
  'outdatedProfileHashes',
] satisfies (keyof StanzaChanges | 'saved' | 'unsaved')[];

/** Returns how many changes there are that are written. */
export function countChanges(changes: StanzaChanges): number {
  return listsOf(changes).reduce((count, [, list]) => count + list.length, 0);
}

/** Changes that are applied one by one, and take as long as this many others. */
const WEIGHTS: Record<string, number> = { numberChanges: 20, lidChanges: 10 };

/**
 * Splits changes into parts that take about as long as `maxChanges` simple ones. Written one after the other, they lead to the same result as all at once:
 * one kind follows the other as within one transaction, and within a kind later changes stay later.
 */
export function inChunks(changes: StanzaChanges, maxChanges: number): StanzaChanges[] {
  const chunks: Record<string, unknown[]>[] = [];
  let room = 0;
  for (const [kind, list] of listsOf(changes)) {
    const weight = WEIGHTS[kind] ?? 1;
    for (let start = 0; start < list.length;) {
      if (room < weight) {
        chunks.push({});
        room = Math.max(maxChanges, weight);
      }
      const part = list.slice(start, start + Math.floor(room / weight));
      (chunks.at(-1) as Record<string, unknown[]>)[kind] = part;
      start += part.length;
      room -= part.length * weight;
    }
  }
  return chunks;
}

/** Splits two or more changes into halves, in the order of inChunks(). */
export function inHalves(changes: StanzaChanges): [StanzaChanges, StanzaChanges] {
  const half = Math.ceil(countChanges(changes) / 2);
  let left = half;
  const first: Record<string, unknown[]> = {};
  const second: Record<string, unknown[]> = {};
  for (const [kind, list] of listsOf(changes)) {
    if (list.length > 0 && left > 0) first[kind] = list.slice(0, left);
    if (list.length > left) second[kind] = list.slice(left);
    left = Math.max(0, left - list.length);
  }
  return [first, second];
}

function listsOf(changes: StanzaChanges): [string, unknown[]][] {
  const lists = changes as Record<string, unknown[] | undefined>;
  return KINDS.map((kind) => [kind, lists[kind] ?? []]);
}
