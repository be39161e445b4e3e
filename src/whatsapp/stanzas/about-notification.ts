import { type BinaryNode, getBinaryNodeChild } from '@whiskeysockets/baileys';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import { otherPerson, textIn, timeOf } from '../wire/stanza-values.js';
import type { StanzaChanges } from './stanza-changes.js';

/**
 * Reads a new about text from `<notification type="status" from t><set>text</set></notification>`, as whatsmeow's
 * `handleStatusNotification`. A `<set/>` without content clears it.
 */
export function readAboutNotification(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const address = otherPerson(stanza.attrs.from, owner);
  const set = getBinaryNodeChild(stanza, 'set');
  if (!address || !set || Array.isArray(set.content)) return {};
  return { abouts: [{ address, text: textIn(set), setAt: timeOf(stanza) }] };
}
