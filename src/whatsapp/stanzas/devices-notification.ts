import { type BinaryNode, getBinaryNodeChild } from '@whiskeysockets/baileys';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import { parseJid, parseLid } from '../../kernel/identifiers/address.js';
import { identityKeyIn } from '../wire/signed-key-index.js';
import { bytesOf, elementsOf, endOfSecondOf, otherPerson, timeOf } from '../wire/stanza-values.js';
import type { StanzaChanges } from './stanza-changes.js';

/** A notification has one child, the added or removed devices. Verifying a signature takes about 1 ms. */
const MAX_CHILDREN = 2;

/**
 * Reads `<notification type="devices" from lid><add><device jid/><key-index-list ts>`: a contact has added or removed a
 * device. The account signs the list, which contains its identity key. `lid` is the LID of the contact, as in
 * whatsmeow's `handleDeviceNotification`.
 */
export function readDevicesNotification(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const address = otherPerson(stanza.attrs.from, owner);
  if (!address) return {};
  const [jid, lid] = [parseJid(stanza.attrs.from), parseLid(stanza.attrs.lid)];
  const keys = elementsOf(stanza, MAX_CHILDREN).map((child) =>
    identityKeyIn(bytesOf(getBinaryNodeChild(child, 'key-index-list'))),
  );
  return {
    mappings: jid && lid ? [{ jid, lid, observedAt: endOfSecondOf(stanza) }] : [],
    identityKeys: keys.flatMap((key) => (key ? [{ address, key, seenAt: timeOf(stanza) }] : [])),
  };
}
