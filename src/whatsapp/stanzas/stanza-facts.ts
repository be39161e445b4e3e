import type { Address } from '../../contacts/address.js';
import type { ContactChanges } from '../../contacts/write/contact-changes.js';

/** What stanzas say: of people, of the account's owner, and of what is to be fetched. */
export interface StanzaFacts {
  /** `saved` and `unsaved` are no business of stanzas: app state tells them. */
  changes: Required<Omit<ContactChanges, 'saved' | 'unsaved'>>;
  /** Changed pictures of people who are named by a hash only. */
  hashedPictures: HashedPicture[];
  /** Whose profile is to be fetched anew: something in it has changed, the stanza does not say what, or to what. */
  outdatedProfiles: Address[];
  /** The same of people who are named by a hash only. */
  outdatedProfileHashes: string[];
  /** The push name of the account's owner, when a stanza told it. */
  ownPushName: string | null;
  /** App-state collections that have a new version. */
  outdatedCollections: Set<string>;
  /** The address book is to be read anew, not only what is new in it. */
  addressBookIsInDoubt: boolean;
}

/** A picture that is new (with its id, when it was told) or gone; see contact-hash.ts for the hash. */
export interface HashedPicture {
  hash: string;
  state: 'changed' | 'none';
  id: string | null;
}

export function noFacts(): StanzaFacts {
  return {
    changes: {
      mappings: [],
      pushNames: [],
      businessNames: [],
      businessFlags: [],
      abouts: [],
      pictures: [],
      identityKeys: [],
      numberChanges: [],
    },
    hashedPictures: [],
    outdatedProfiles: [],
    outdatedProfileHashes: [],
    ownPushName: null,
    outdatedCollections: new Set(),
    addressBookIsInDoubt: false,
  };
}

/** Whether anything in it has to be written. */
export function hasFacts(facts: StanzaFacts): boolean {
  const { hashedPictures, outdatedProfiles, outdatedProfileHashes } = facts;
  const lists = [...Object.values(facts.changes), hashedPictures, outdatedProfiles, outdatedProfileHashes];
  return facts.ownPushName !== null || lists.some((list) => list.length > 0);
}
