import { type BinaryNode, getBinaryNodeChild } from '@whiskeysockets/baileys';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import { otherPerson, timeOf } from '../wire/stanza-values.js';
import type { StanzaChanges } from './stanza-changes.js';

/**
 * A person has set another about text: `<notification type="status" from t><set>text</set></notification>`, as read
 * by whatsmeow's `handleStatusNotification`. A `<set/>` without content clears it.
 */
export function readAboutNotification(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const address = otherPerson(stanza.attrs.from, owner);
  const set = getBinaryNodeChild(stanza, 'set');
  if (!address || !set || Array.isArray(set.content)) return {};
  return { abouts: [{ address, text: textOf(set), setAt: timeOf(stanza) }] };
}

function textOf({ content }: BinaryNode): string {
  if (typeof content === 'string') return content;
  return content instanceof Uint8Array ? Buffer.from(content).toString('utf8') : '';
}
