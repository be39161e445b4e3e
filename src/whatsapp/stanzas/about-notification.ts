import { type BinaryNode, getBinaryNodeChild } from '@whiskeysockets/baileys';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import type { StanzaFacts } from './stanza-facts.js';
import { otherPerson, timeOf } from '../wire/stanza-values.js';

/**
 * A person has set another about text: `<notification type="status" from t><set>text</set></notification>`, as read
 * by whatsmeow's `handleStatusNotification`. A `<set/>` without content clears it.
 */
export function readAboutNotification(stanza: BinaryNode, owner: AddressBookOwner, facts: StanzaFacts): void {
  const address = otherPerson(stanza.attrs.from, owner);
  const set = getBinaryNodeChild(stanza, 'set');
  if (!address || !set || Array.isArray(set.content)) return;
  facts.changes.abouts.push({ address, text: textOf(set), setAt: timeOf(stanza) });
}

function textOf({ content }: BinaryNode): string {
  if (typeof content === 'string') return content;
  return content instanceof Uint8Array ? Buffer.from(content).toString('utf8') : '';
}
