import type { Address } from '../../contacts/address.js';
import type { ContactChanges } from '../../contacts/write/contact-changes.js';

/**
 * What stanzas say: of people, of the account itself, and of what is to be fetched. What is missing they do not speak of;
 * of the address book itself only app state speaks.
 */
export interface StanzaChanges extends Omit<ContactChanges, 'saved' | 'unsaved'> {
  /** Changed pictures of people who are named by a hash only. */
  hashedPictures?: HashedPicture[];
  /** Whose profile is to be fetched: something in it has changed, the stanza does not say what, or to what. */
  outdatedProfiles?: Address[];
  /** The same of people who are named by a hash only. */
  outdatedProfileHashes?: string[];
  /** Identity keys under which people have encrypted messages; unverified, so that they are only a hint to fetch the key. */
  identityHints?: IdentityHint[];
  /** The push name of the account itself; at most one. */
  ownPushName?: string[];
  /** App-state collections that have a new version. */
  outdatedCollections?: string[];
  /** WhatsApp has locked the account's reaching out to people until then; null: no more. */
  reachOutLocks?: { until: Date | null }[];
  /** The address book is to be reconciled, not only brought up to date. */
  reconcile?: true[];
}

/** An identity key that a message carries in clear, 32 bytes. */
export interface IdentityHint {
  address: Address;
  key: Buffer;
}

/** A picture that is new (with its id, when it was told) or gone; see contact-hash.repository.ts for the hash. */
export interface HashedPicture {
  hash: string;
  state: 'changed' | 'none';
  id: string | null;
}

/** What stanzas say, each change by itself. */
export function splitChanges(changes: StanzaChanges): StanzaChanges[] {
  return (Object.entries(changes) as [string, unknown[]][]).flatMap(([kind, list]) =>
    list.map((change) => ({ [kind]: [change] })),
  );
}
