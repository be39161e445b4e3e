import type { BinaryNode } from '@whiskeysockets/baileys';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import type { StanzaFacts } from './stanza-facts.js';
import { elementsOf, otherPerson } from '../wire/stanza-values.js';
import { verifiedNameIn } from '../wire/verified-name.js';

/**
 * `<notification type="business" from>` with `<verified_name jid>` (a certificate) or `<remove jid/>`: the person is
 * no business any more. People who are named by a hash only have their profile fetched. The other children (profile,
 * catalogue) say nothing that is kept here.
 */
export function readBusinessNotification(
  stanza: BinaryNode,
  owner: AddressBookOwner,
  facts: StanzaFacts,
): void {
  for (const child of elementsOf(stanza)) {
    const { tag, attrs } = child;
    if (tag !== 'verified_name' && tag !== 'remove') continue;
    const address = otherPerson(attrs.jid ?? stanza.attrs.from, owner);
    if (attrs.hash && !attrs.jid) facts.outdatedProfileHashes.push(attrs.hash);
    else if (address && tag === 'remove') facts.changes.businessFlags.push({ address, isBusiness: false });
    else if (address) {
      const name = verifiedNameIn({ tag: 'business', attrs: {}, content: [child] });
      if (name) facts.changes.businessNames.push({ address, name });
      facts.changes.businessFlags.push({ address, isBusiness: true });
    }
  }
}
