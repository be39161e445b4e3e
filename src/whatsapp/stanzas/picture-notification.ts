import type { BinaryNode } from '@whiskeysockets/baileys';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import type { StanzaFacts } from './stanza-facts.js';
import { elementsOf, otherPerson } from '../wire/stanza-values.js';

/** What the children of the notification say of the picture. */
const STATES: Record<string, 'changed' | 'none'> = { set: 'changed', add: 'changed', delete: 'none' };

/**
 * A person has another picture, or none: `<notification type="picture" from><set jid id/></notification>` or
 * `<delete jid/>`; `hash` may stand in place of `jid` (children as in whatsmeow's `handlePictureNotification`).
 */
export function readPictureNotification(
  stanza: BinaryNode,
  owner: AddressBookOwner,
  facts: StanzaFacts,
): void {
  for (const { tag, attrs } of elementsOf(stanza)) {
    const state = STATES[tag];
    if (!state) continue;
    const id = attrs.id ?? null;
    const address = otherPerson(attrs.jid ?? stanza.attrs.from, owner);
    if (attrs.hash && !attrs.jid) facts.hashedPictures.push({ hash: attrs.hash, state, id });
    else if (address)
      facts.changes.pictures.push(state === 'none' ? { address, state } : { address, state, id });
  }
}
