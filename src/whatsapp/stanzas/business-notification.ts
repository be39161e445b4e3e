import type { BinaryNode } from '@whiskeysockets/baileys';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import { elementsOf, hashOf, otherPerson } from '../wire/stanza-values.js';
import { verifiedNameIn } from '../wire/verified-name.js';
import { joinChanges } from '../../contacts/write/contact-changes.js';
import type { StanzaChanges } from './stanza-changes.js';

/**
 * `<notification type="business" from>` with `<verified_name jid>` (a certificate) or `<remove jid/>`: the person is not
 * a business any more. People who are named by a hash only have their profile fetched. The other children (profile,
 * catalogue) say nothing that is kept here.
 */
export function readBusinessNotification(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  return joinChanges(elementsOf(stanza).map((child) => readChild(child, stanza.attrs.from, owner)));
}

function readChild(child: BinaryNode, from: string | undefined, owner: AddressBookOwner): StanzaChanges {
  const { tag, attrs } = child;
  if (tag !== 'verified_name' && tag !== 'remove') return {};
  if (attrs.hash && !attrs.jid) {
    const hash = hashOf(attrs.hash);
    return hash ? { outdatedProfileHashes: [hash] } : {};
  }
  const address = otherPerson(attrs.jid ?? from, owner);
  if (!address) return {};
  const name = tag === 'remove' ? null : verifiedNameIn({ tag: 'business', attrs: {}, content: [child] });
  return {
    businessNames: name ? [{ address, ...name }] : [],
    businessFlags: [{ address, isBusiness: tag !== 'remove' }],
  };
}
