import type { Address } from '../../../contacts/address.js';
import type { AddressBookOwner, ContactChanges } from '../../../contacts/contact-changes.js';

/** What stanzas say: of people, of the account's owner, and of what is to be fetched. */
export interface StanzaFacts {
  changes: Required<Pick<ContactChanges, 'pairs' | 'pushNames' | 'businessNames'>>;
  /** The push name of the account's owner, when a stanza told it. */
  ownPushName: string | null;
  /** App-state collections that have a new version. */
  outdatedCollections: Set<string>;
}

export function noFacts(): StanzaFacts {
  return {
    changes: { pairs: [], pushNames: [], businessNames: [] },
    ownPushName: null,
    outdatedCollections: new Set(),
  };
}

export function isOwn(address: Address, owner: AddressBookOwner): boolean {
  return address === owner.jid || address === owner.lid;
}

/** Whether anything in it has to be written. */
export function hasFacts({ changes, ownPushName }: StanzaFacts): boolean {
  return ownPushName !== null || Object.values(changes).some((list) => list.length > 0);
}
