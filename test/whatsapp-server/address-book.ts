import { proto } from '@whiskeysockets/baileys';
import type { PlainMutation } from './app-state/mutation.js';
import { type Lid, lid, lidJid, phoneJid, type PhoneNumber, phoneNumber } from './jid.js';

const { SyncdOperation } = proto.SyncdMutation;
/** Version of the contact action's format, as in patches that Baileys writes. */
const CONTACT_ACTION_VERSION = 2;

/** A contact to save on the phone. */
export interface ContactToSave {
  readonly number: string;
  readonly fullName?: string;
  readonly firstName?: string;
  readonly lid?: string;
  readonly username?: string;
  /** default true */
  readonly saveOnPrimaryAddressbook?: boolean;
}

/** A contact without a phone number. */
export interface LidContactToSave {
  readonly lid: string;
  readonly fullName?: string;
  readonly firstName?: string;
  readonly username?: string;
}

/** A contact as stored in the phone's address book. */
export interface AddressBookEntry {
  readonly fullName?: string;
  readonly firstName?: string;
  readonly lid?: Lid;
}

/** Identifies the contact to delete: a phone number, or a LID. */
export type ContactKey = string | { readonly lid: string };

/** Stores the address book of a phone, and creates the mutations for its changes. */
export class AddressBook {
  readonly entries = new Map<PhoneNumber, AddressBookEntry>();
  readonly lidEntries = new Map<Lid, AddressBookEntry>();

  /** Saves a contact and returns the mutation for it. */
  save(contact: ContactToSave): PlainMutation {
    const number = phoneNumber(contact.number);
    const user = contact.lid === undefined ? undefined : lid(contact.lid);
    this.entries.set(number, names(contact, user));
    const contactAction: proto.SyncActionValue.IContactAction = {
      fullName: contact.fullName,
      firstName: contact.firstName,
      username: contact.username,
      lidJid: user && lidJid(user),
      saveOnPrimaryAddressbook: contact.saveOnPrimaryAddressbook ?? true,
    };
    return mutation(SyncdOperation.SET, ['contact', phoneJid(number)], { contactAction });
  }

  /** Saves a contact without a phone number. */
  saveByLid(contact: LidContactToSave): PlainMutation {
    const user = lid(contact.lid);
    this.lidEntries.set(user, names(contact, user));
    const { fullName, firstName, username } = contact;
    const index = ['lid_contact', lidJid(user)];
    return mutation(SyncdOperation.SET, index, { lidContactAction: { fullName, firstName, username } });
  }

  /** Applies a mutation of a companion. Ignores records other than contacts with a phone number. */
  apply({ operation, index: [kind, jid], value }: PlainMutation): void {
    if (kind !== 'contact' || !jid) return;
    const number = phoneNumber(jid.slice(0, jid.indexOf('@')));
    if (operation === SyncdOperation.REMOVE) this.entries.delete(number);
    else {
      const { fullName, firstName } = value.contactAction ?? {};
      this.entries.set(number, { fullName: fullName ?? undefined, firstName: firstName ?? undefined });
    }
  }

  /**
   * Deletes a contact.
   * @param withoutAction omits the action from the mutation's value, as observed on the real network
   * @throws Error if the contact does not exist
   */
  delete(key: ContactKey, withoutAction: boolean): PlainMutation {
    if (typeof key === 'string') {
      const number = phoneNumber(key);
      if (!this.entries.delete(number)) throw new Error(`${number} is not in the address book`);
      const value = withoutAction ? {} : { contactAction: {} };
      return mutation(SyncdOperation.REMOVE, ['contact', phoneJid(number)], value);
    }
    const user = lid(key.lid);
    if (!this.lidEntries.delete(user)) throw new Error(`${user}@lid is not in the address book`);
    const value = withoutAction ? {} : { lidContactAction: {} };
    return mutation(SyncdOperation.REMOVE, ['lid_contact', lidJid(user)], value);
  }
}

function names(contact: { fullName?: string; firstName?: string }, user: Lid | undefined): AddressBookEntry {
  return { fullName: contact.fullName, firstName: contact.firstName, lid: user };
}

function mutation(
  operation: proto.SyncdMutation.SyncdOperation,
  index: readonly string[],
  action: proto.ISyncActionValue,
): PlainMutation {
  return {
    operation,
    index,
    value: { timestamp: Date.now(), ...action },
    actionVersion: CONTACT_ACTION_VERSION,
  };
}
