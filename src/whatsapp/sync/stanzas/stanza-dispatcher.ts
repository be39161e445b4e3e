import { type BinaryNode, getBinaryNodeChildren } from '@whiskeysockets/baileys';
import type { AddressBookOwner } from '../../../contacts/contact-changes.js';
import { readMessageStanza } from './message-stanza.js';
import type { StanzaFacts } from './stanza-facts.js';

/** Every stanza that tells something of the address book; whatever is not listed is knowingly ignored. */
export function readStanza(stanza: BinaryNode, owner: AddressBookOwner, facts: StanzaFacts): void {
  switch (stanza.tag) {
    case 'message':
      return readMessageStanza(stanza, owner, facts);
    case 'notification':
      return readNotification(stanza, owner, facts);
  }
}

function readNotification(stanza: BinaryNode, owner: AddressBookOwner, facts: StanzaFacts): void {
  switch (stanza.attrs.type) {
    case 'server_sync':
      for (const { attrs } of getBinaryNodeChildren(stanza, 'collection')) {
        if (attrs.name) facts.outdatedCollections.add(attrs.name);
      }
      return;
    case 'w:gp2':
      // Something happened in a group; `participant` did it, and `notify` is his push name.
      if (stanza.attrs.participant) readMessageStanza(stanza, owner, facts);
      return;
  }
}
