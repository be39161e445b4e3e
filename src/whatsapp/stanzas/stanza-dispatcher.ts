import type { BinaryNode } from '@whiskeysockets/baileys';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
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
import { joinChanges } from '../../contacts/write/contact-changes.js';
import { elementsOf } from '../wire/stanza-values.js';
import type { StanzaChanges } from './stanza-changes.js';

type Reader = (stanza: BinaryNode, owner: AddressBookOwner) => StanzaChanges;

const ignored: Reader = () => ({});

/**
 * Every type of notification that WhatsApp is known to send (whatsmeow's notification.go, Baileys' messages-recv.ts), and
 * who reads it. Those that are ignored say nothing of people, or nothing that another source does not say.
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
  // A file is to be uploaded again, or has been.
  mediaretry: ignored,
  // Settings of the account itself: its devices, disappearing messages, blocked people.
  account_sync: ignored,
  disappearing_mode: ignored,
  // Tokens by which people let this account see them; Baileys keeps those that it needs.
  privacy_token: ignored,
  // Linking; read by linking/ while a device waits to be linked, and void afterwards.
  companion_reg_refresh: ignored,
  link_code_companion_reg: ignored,
  passkey_prologue_request: ignored,
  crsc_continuation: ignored,
  // Devices of Messenger accounts.
  'fbid:devices': ignored,
  // Announcements, payments, and the server itself.
  psa: ignored,
  pay: ignored,
  server: ignored,
};

/** Returns what a stanza says about the address book. Receipts and tags that are unknown say nothing. */
export function readStanza(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  switch (stanza.tag) {
    case 'message':
    // Encrypted statuses, since July 2026 (whatsapp-rust #1101), and messages of other applications.
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

/** Whether a notification is of a type that nobody has decided upon; worth a line in the log. */
export function isUnknown({ tag, attrs }: BinaryNode): boolean {
  return tag === 'notification' && !Object.hasOwn(NOTIFICATIONS, attrs.type ?? '');
}

function readNotification(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const { notify, participant, type = '' } = stanza.attrs;
  // Whatever happened, the stanza may name who did it, and `notify` is their push name.
  const sender = notify || participant ? readMessageStanza(stanza, owner) : {};
  const read = Object.hasOwn(NOTIFICATIONS, type) ? NOTIFICATIONS[type] : undefined;
  return joinChanges([sender, read?.(stanza, owner) ?? {}]);
}

function readServerSync(stanza: BinaryNode): StanzaChanges {
  const collections = elementsOf(stanza).filter(({ tag }) => tag === 'collection');
  return { outdatedCollections: collections.flatMap(({ attrs }) => attrs.name ?? []) };
}
