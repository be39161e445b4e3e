import { type BinaryNode, getBinaryNodeChild } from '@whiskeysockets/baileys';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import { otherPerson } from '../wire/stanza-values.js';
import type { StanzaChanges } from './stanza-changes.js';

/** An address of a device other than the primary one. */
const COMPANION = /:(?!0@)\d+@/;

/**
 * `<notification type="encrypt" from><identity/></notification>`: the person's account has a new identity key. The
 * stanza does not say which, so that it is fetched. The identities of companion devices are not the account's.
 */
export function readEncryptNotification(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const { from } = stanza.attrs;
  if (!from || COMPANION.test(from) || !getBinaryNodeChild(stanza, 'identity')) return {};
  const address = otherPerson(from, owner);
  return address ? { outdatedProfiles: [address] } : {};
}
