import type { BinaryNode } from '@whiskeysockets/baileys';
import { parseJid, parseLid } from '../../kernel/identifiers/address.js';
import type { AddressBookOwner, NumberChange } from '../../contacts/write/contact-changes.js';
import { elementsOf, endOfSecondOf, hashOf, isOwn, otherPerson } from '../wire/stanza-values.js';
import { joinChanges } from '../../contacts/write/contact-changes.js';
import type { StanzaChanges } from './stanza-changes.js';

/**
 * `<notification type="contacts">` with one child:
 * - `<modify old new old_lid new_lid/>`: a person has a new number; the LIDs are told only sometimes
 * - `<update jid/>` or `<update hash/>`: something in a profile has changed
 * - `<sync/>`: the address book is to be fetched anew
 * - `<add/>`, `<remove/>`: nothing that app state does not tell
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
      if (address) return { outdatedProfiles: [address] };
      const hash = hashOf(attrs.hash);
      return hash ? { outdatedProfileHashes: [hash] } : {};
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
