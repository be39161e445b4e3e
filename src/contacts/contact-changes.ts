import type { Address, Jid, Lid } from './address.js';

/** What the phone's address book says of a person; a name that it does not have is null. */
export interface SavedContact {
  address: Address;
  fullName: string | null;
  firstName: string | null;
}

/** The name that a person chose himself. */
export interface PushName {
  address: Address;
  name: string;
  /** When it was heard; of two names the one heard later stays. */
  heardAt: Date;
}

/** The name of a business, as verified by WhatsApp. */
export interface BusinessName {
  address: Address;
  name: string;
}

/** Number and LID of one person. */
export interface LidPair {
  jid: Jid;
  lid: Lid;
}

/**
 * News of people, each from the mouth that knows it. Within a list a later entry replaces an earlier one of the
 * same person; lists are applied in the order in which they stand here.
 */
export interface ContactChanges {
  /** Pairs heard just now; where they contradict what is known they are right. */
  pairs?: LidPair[];
  /** Pairs out of the past (history sync); where they contradict what is known they are dropped. */
  oldPairs?: LidPair[];
  saved?: SavedContact[];
  /** No longer in the phone's address book. */
  unsaved?: Address[];
  pushNames?: PushName[];
  businessNames?: BusinessName[];
}

/** Whose address book it is. */
export interface AddressBookOwner {
  accountId: number;
  jid: Jid;
  lid: Lid | null;
}
