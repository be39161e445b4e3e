import type { BinaryNode } from '@whiskeysockets/baileys';
import { type AddressBookOwner, joinChanges } from '../../contacts/write/contact-changes.js';
import { elementsOf } from '../wire/stanza-values.js';
import { readAboutNotification } from './about-notification.js';
import { readBusinessNotification } from './business-notification.js';
import { readCallStanza } from './call-stanza.js';
import { readContactsNotification } from './contacts-notification.js';
import { readDevicesNotification } from './devices-notification.js';
import { readEncryptNotification } from './encrypt-notification.js';
import { readGroupNotification } from './group-notification.js';
import { readMessageStanza } from './message-stanza.js';
import { readMexNotification } from './mex-notification.js';
import { readPictureNotification } from './picture-notification.js';
import type { StanzaChanges } from './stanza-changes.js';

type Reader = (stanza: BinaryNode, owner: AddressBookOwner) => StanzaChanges;

const ignored: Reader = () => ({});

/**
 * Readers of all known types of notifications (whatsmeow's notification.go, Baileys' messages-recv.ts). Types that
 * contain no data about contacts, or only data that another source also contains, are ignored.
 */
const NOTIFICATIONS: Record<string, Reader> = {
  server_sync: readServerSync,
  status: readAboutNotification,
  picture: readPictureNotification,
  contacts: readContactsNotification,
  business: readBusinessNotification,
  encrypt: readEncryptNotification,
  devices: readDevicesNotification,
  'w:gp2': readGroupNotification,
  // Channels.
  newsletter: ignored,
  mex: readMexNotification,
  // Repeated uploads of media files.
  mediaretry: ignored,
  // Settings of the account itself: its devices, disappearing messages, blocked contacts.
  account_sync: ignored,
  disappearing_mode: ignored,
  // Tokens that grant access to profiles. Baileys stores those that it needs.
  privacy_token: ignored,
  // Linking. Read by linking/ while a device waits to be linked, and meaningless after that.
  companion_reg_refresh: ignored,
  link_code_companion_reg: ignored,
  passkey_prologue_request: ignored,
  crsc_continuation: ignored,
  // Devices of Messenger accounts.
  'fbid:devices': ignored,
  // Announcements, payments, and messages about the server itself.
  psa: ignored,
  pay: ignored,
  server: ignored,
};

/** Returns the changes in a stanza. Receipts and unknown tags contain none. */
export function readStanza(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  switch (stanza.tag) {
    case 'message':
    // Encrypted statuses since July 2026 (whatsapp-rust #1101), and messages of other applications.
    case 'status':
    case 'appdata':
      return readMessageStanza(stanza, owner);
    case 'call':
      return readCallStanza(stanza, owner);
    case 'notification':
      return readNotification(stanza, owner);
    default:
      return {};
  }
}

/** Returns whether a stanza is a notification of a type that is not listed above. */
export function isUnknown({ tag, attrs }: BinaryNode): boolean {
  return tag === 'notification' && !Object.hasOwn(NOTIFICATIONS, attrs.type ?? '');
}

function readNotification(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const { notify, participant, type = '' } = stanza.attrs;
  // Notifications of any type may contain the sender and their push name.
  const sender = notify || participant ? readMessageStanza(stanza, owner) : {};
  const read = Object.hasOwn(NOTIFICATIONS, type) ? NOTIFICATIONS[type] : undefined;
  return joinChanges([sender, read?.(stanza, owner) ?? {}]);
}

function readServerSync(stanza: BinaryNode): StanzaChanges {
  const collections = elementsOf(stanza).filter(({ tag }) => tag === 'collection');
  return { outdatedCollections: collections.flatMap(({ attrs }) => attrs.name ?? []) };
}
