import type { BinaryNode } from '@whiskeysockets/baileys';
import { type AddressBookOwner, joinChanges } from '../../contacts/write/contact-changes.js';
import { elementsOf, hashOf, otherPerson, pictureIdOf } from '../wire/stanza-values.js';
import type { StanzaChanges } from './stanza-changes.js';

/** State of the picture, by the tag of the child. */
const STATES: Record<string, 'changed' | 'none'> = { set: 'changed', add: 'changed', delete: 'none' };

/**
 * Reads a changed or removed picture from `<notification type="picture" from>` with `<set jid id/>` or `<delete jid/>`.
 * `hash` may replace `jid` (children as in whatsmeow's `handlePictureNotification`). Without children, the sender's
 * picture was removed.
 */
export function readPictureNotification(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const { from } = stanza.attrs;
  const { content = [] } = stanza;
  const hasNone = Array.isArray(content) && content.length === 0;
  const children = hasNone ? [{ tag: 'delete', attrs: {} }] : elementsOf(stanza);
  return joinChanges(children.map((child) => readChild(child, from, owner)));
}

function readChild(
  { tag, attrs }: BinaryNode,
  from: string | undefined,
  owner: AddressBookOwner,
): StanzaChanges {
  const state = STATES[tag];
  if (!state) return {};
  const id = pictureIdOf(attrs.id);
  if (attrs.hash && !attrs.jid) {
    const hash = hashOf(attrs.hash);
    return hash ? { hashedPictures: [{ hash, state, id }] } : {};
  }
  const address = otherPerson(attrs.jid ?? from, owner);
  if (!address) return {};
  return { pictures: [state === 'none' ? { address, state } : { address, state, id }] };
}
