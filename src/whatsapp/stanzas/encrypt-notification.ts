import { type BinaryNode, getBinaryNodeChild } from '@whiskeysockets/baileys';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import { otherPerson } from '../wire/stanza-values.js';
import type { StanzaChanges } from './stanza-changes.js';

/** Address of a device other than the primary one. */
const COMPANION = /:(?!0@)\d+@/;

/**
 * Reads `<notification type="encrypt" from><identity/></notification>`: the account has a new identity key. The key is
 * fetched, because the stanza does not contain it. Companion devices have their own keys, which are ignored.
 */
export function readEncryptNotification(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const { from } = stanza.attrs;
  if (!from || COMPANION.test(from) || !getBinaryNodeChild(stanza, 'identity')) return {};
  const address = otherPerson(from, owner);
  return address ? { outdatedProfiles: [address] } : {};
}
