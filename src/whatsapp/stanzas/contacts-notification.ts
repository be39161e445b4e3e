import type { BinaryNode } from '@whiskeysockets/baileys';
import {
  type AddressBookOwner,
  joinChanges,
  type NumberChange,
} from '../../contacts/write/contact-changes.js';
import { parseJid, parseLid } from '../../kernel/identifiers/address.js';
import { elementsOf, endOfSecondOf, isOwn, otherPerson } from '../wire/stanza-values.js';
import { outdatedProfileOf, type StanzaChanges } from './stanza-changes.js';

/**
 * Reads `<notification type="contacts">` with one child:
 * - `<modify old new old_lid new_lid/>`: a contact has a new number; the LIDs are optional
 * - `<update jid/>` or `<update hash/>`: a profile has changed
 * - `<sync/>`: the address book has to be reconciled
 * - `<add/>`, `<remove/>`: ignored, because app state contains the same
 */
export function readContactsNotification(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  return joinChanges(elementsOf(stanza).map((child) => readChild(child, stanza, owner)));
}

function readChild({ tag, attrs }: BinaryNode, stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  switch (tag) {
    case 'modify': {
      const change = numberChangeOf(attrs, endOfSecondOf(stanza));
      return change && !isOwn(change.oldJid, owner) ? { numberChanges: [change] } : {};
    }
    case 'update': {
      const address = otherPerson(attrs.jid ?? (attrs.hash ? undefined : stanza.attrs.from), owner);
      return address ? { outdatedProfiles: [address] } : outdatedProfileOf(attrs.hash);
    }
    case 'sync':
      return { reconcile: [true] };
    default:
      return {};
  }
}

function numberChangeOf(attrs: BinaryNode['attrs'], observedAt: Date): NumberChange | null {
  const [oldJid, newJid] = [parseJid(attrs.old), parseJid(attrs.new)];
  if (!oldJid || !newJid || oldJid === newJid) return null;
  return { oldJid, newJid, oldLid: parseLid(attrs.old_lid), newLid: parseLid(attrs.new_lid), observedAt };
}
