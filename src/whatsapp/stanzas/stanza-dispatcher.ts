import { type BinaryNode, getBinaryNodeChildren } from '@whiskeysockets/baileys';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import { readAboutNotification } from './about-notification.js';
import { readBusinessNotification } from './business-notification.js';
import { readCallStanza } from './call-stanza.js';
import { readContactsNotification } from './contacts-notification.js';
import { readDevicesNotification } from './devices-notification.js';
import { readEncryptNotification } from './encrypt-notification.js';
import { readMessageStanza } from './message-stanza.js';
import { readPictureNotification } from './picture-notification.js';
import type { StanzaFacts } from './stanza-facts.js';

/** Every stanza that tells something of the address book; whatever is not listed is knowingly ignored. */
export function readStanza(stanza: BinaryNode, owner: AddressBookOwner, facts: StanzaFacts): void {
  switch (stanza.tag) {
    case 'message':
      return readMessageStanza(stanza, owner, facts);
    case 'call':
      return readCallStanza(stanza, owner, facts);
    case 'notification':
      return readNotification(stanza, owner, facts);
  }
}

function readNotification(stanza: BinaryNode, owner: AddressBookOwner, facts: StanzaFacts): void {
  // Whatever happened, the stanza may name who did it, and `notify` is his push name.
  if (stanza.attrs.notify || stanza.attrs.participant) readMessageStanza(stanza, owner, facts);
  switch (stanza.attrs.type) {
    case 'server_sync':
      for (const { attrs } of getBinaryNodeChildren(stanza, 'collection')) {
        if (attrs.name) facts.outdatedCollections.add(attrs.name);
      }
      return;
    case 'status':
      return readAboutNotification(stanza, owner, facts);
    case 'picture':
      return readPictureNotification(stanza, owner, facts);
    case 'contacts':
      return readContactsNotification(stanza, owner, facts);
    case 'business':
      return readBusinessNotification(stanza, owner, facts);
    case 'encrypt':
      return readEncryptNotification(stanza, owner, facts);
    case 'devices':
      return readDevicesNotification(stanza, owner, facts);
  }
}
