import { type BinaryNode, getBinaryNodeChild } from '@whiskeysockets/baileys';
import { parseJid, parseLid } from '../../kernel/identifiers/address.js';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import { identityKeyIn } from '../wire/signed-key-index.js';
import { bytesOf, elementsOf, endOfSecondOf, otherPerson, timeOf } from '../wire/stanza-values.js';
import type { StanzaChanges } from './stanza-changes.js';

/** A notification contains one child, the added or removed devices. Verifying a signature takes about a millisecond. */
const MAX_CHILDREN = 2;

/**
 * A person has added or removed a device: `<notification type="devices" from lid><add><device jid/><key-index-list ts>`.
 * The list is signed by the account, and holds its identity key; `lid` is the person's LID, as in whatsmeow's
 * `handleDeviceNotification`.
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
