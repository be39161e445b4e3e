import type { BinaryNode } from '@whiskeysockets/baileys';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import { type Address, parseAddress, parseJid } from '../../kernel/identifiers/address.js';

/** Certificates and key-index lists have a few hundred bytes, JSON of `mex` a few kB. */
const MAX_BYTES = 16 * 1024;
/** Maximum number of children to read, except in group stanzas; WhatsApp sends one or two. */
const MAX_ELEMENTS = 100;
/** Queries contain up to 50 contacts; a response may contain others. */
const MAX_USERS = 1_000;
/** IDs of pictures are numbers of about 10 digits. */
const MAX_ID_LENGTH = 64;
/** 3 bytes in base64. */
const HASH = /^[A-Za-z0-9+/]{4}$/;

/**
 * Returns the bytes in an element.
 *
 * @returns null if the element is missing, empty, contains other elements, or has more than MAX_BYTES
 */
export function bytesOf(node: BinaryNode | undefined): Buffer | null {
  const content = node?.content;
  if (content === undefined || Array.isArray(content) || content.length > MAX_BYTES) return null;
  return Buffer.from(content as Uint8Array);
}

/** Returns the text in an element, truncated to MAX_BYTES; empty if there is none. */
export function textIn(node: BinaryNode | undefined): string {
  const content = node?.content;
  if (content === undefined || Array.isArray(content)) return '';
  return typeof content === 'string'
    ? content.slice(0, MAX_BYTES)
    : Buffer.from(content.subarray(0, MAX_BYTES)).toString('utf8');
}

/** Returns up to `max` child elements of an element. */
export function elementsOf(node: BinaryNode | undefined, max = MAX_ELEMENTS): BinaryNode[] {
  const content = node?.content;
  if (!Array.isArray(content)) return [];
  return content.length > max ? content.slice(0, max) : content;
}

/**
 * Returns the requested `<user jid>` elements of a response, each once, by address. Servers have been observed to
 * return other users and to repeat users; the first element is used.
 *
 * A user can be identified by LID, with the number in `pn_jid` (`addressing_mode="lid"`). `pn_jid` is used only to find
 * the requested number. It is never stored as a mapping, because servers return wrong ones (WAHA #2241 and #2299).
 */
export function usersAsked(list: BinaryNode | undefined, asked: Address[]): Map<Address, BinaryNode> {
  const wanted = new Set(asked);
  const users = new Map<Address, BinaryNode>();
  for (const user of elementsOf(list, MAX_USERS)) {
    const { jid, pn_jid: number } = user.tag === 'user' ? user.attrs : {};
    const address = [parseAddress(jid), parseJid(number)].find(
      (each) => each !== null && wanted.delete(each),
    );
    if (address) users.set(address, user);
    if (wanted.size === 0) break;
  }
  return users;
}

/** Returns the ID of a picture; null if it is missing or too long. */
export function pictureIdOf(text: string | undefined): string | null {
  return text && text.length <= MAX_ID_LENGTH ? text : null;
}

/**
 * Returns the hash that identifies a contact in some notifications (see contact-hash.repository.ts); null if it is not
 * valid.
 */
export function hashOf(text: unknown): string | null {
  return typeof text === 'string' && HASH.test(text) ? text : null;
}

/** Returns whether this is one of the account's own addresses. */
export function isOwn(address: Address, owner: AddressBookOwner): boolean {
  return address === owner.jid || address === owner.lid;
}

/** Returns the address of a contact; null for the account's own addresses and for other JIDs. */
export function otherPerson(text: string | undefined, owner: AddressBookOwner): Address | null {
  const address = parseAddress(text);
  return address && !isOwn(address, owner) ? address : null;
}

/** Reads seconds since 1970; null if the text is not a time, or a time in the future. */
export function parseSeconds(text: string | undefined): Date | null {
  const ms = Number(text) * 1_000;
  return ms > 0 && ms <= Date.now() ? new Date(ms) : null;
}

/**
 * Returns when the event of a stanza happened (`t`); now if the time is missing or in the future. Stanzas can be days
 * old if this device was offline, and a redelivered stanza must not override newer changes.
 */
export function timeOf({ attrs }: BinaryNode): Date {
  return parseSeconds(attrs.t) ?? new Date();
}

/**
 * Returns the latest time at which the event of a stanza can have happened. Stanzas contain seconds, and are compared
 * with records from the phone, which contain milliseconds.
 */
export function endOfSecondOf(stanza: BinaryNode): Date {
  return new Date(Math.min(timeOf(stanza).getTime() + 999, Date.now()));
}
