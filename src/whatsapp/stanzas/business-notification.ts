import type { BinaryNode } from '@whiskeysockets/baileys';
import { type AddressBookOwner, joinChanges } from '../../contacts/write/contact-changes.js';
import { elementsOf, otherPerson } from '../wire/stanza-values.js';
import { verifiedNameIn } from '../wire/verified-name.js';
import { outdatedProfileOf, type StanzaChanges } from './stanza-changes.js';

/**
 * Reads `<notification type="business" from>` with `<verified_name jid>`, which contains a certificate, or
 * `<remove jid/>`: the contact is no longer a business. If the contact is identified by a hash only, their profile is
 * fetched. Other children (profile, catalog) are ignored.
 */
export function readBusinessNotification(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  return joinChanges(elementsOf(stanza).map((child) => readChild(child, stanza.attrs.from, owner)));
}

function readChild(child: BinaryNode, from: string | undefined, owner: AddressBookOwner): StanzaChanges {
  const { tag, attrs } = child;
  if (tag !== 'verified_name' && tag !== 'remove') return {};
  if (attrs.hash && !attrs.jid) return outdatedProfileOf(attrs.hash);
  const address = otherPerson(attrs.jid ?? from, owner);
  if (!address) return {};
  const name = tag === 'remove' ? null : verifiedNameIn({ tag: 'business', attrs: {}, content: [child] });
  return {
    businessNames: name ? [{ address, ...name }] : [],
    businessFlags: [{ address, isBusiness: tag !== 'remove' }],
  };
}
