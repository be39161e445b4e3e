import type { BinaryNode } from '@whiskeysockets/baileys';
import { type Address, parseAddress } from '../../contacts/address.js';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';

/** The bytes in an element; null when it is missing, empty, or holds other elements. */
export function bytesOf(node: BinaryNode | undefined): Buffer | null {
  const content = node?.content;
  if (typeof content === 'string') return Buffer.from(content);
  return content instanceof Uint8Array ? Buffer.from(content) : null;
}

/** The children of an element that are elements themselves. */
export function elementsOf(node: BinaryNode | undefined): BinaryNode[] {
  return Array.isArray(node?.content) ? node.content : [];
}

/** Whether it is one of the account's own addresses. */
export function isOwn(address: Address, owner: AddressBookOwner): boolean {
  return address === owner.jid || address === owner.lid;
}

/** Another person's address; null for the account's own and for what is no person. */
export function otherPerson(text: string | undefined, owner: AddressBookOwner): Address | null {
  const address = parseAddress(text);
  return address && !isOwn(address, owner) ? address : null;
}

/** Reads seconds since 1970; null for what is no time, or lies ahead. */
export function parseSeconds(text: string | undefined): Date | null {
  const ms = Number(text) * 1_000;
  return ms > 0 && ms <= Date.now() ? new Date(ms) : null;
}

/**
 * When what a stanza tells has happened (`t`): stanzas may be days old when this device was away, and one that is
 * delivered again must not make its news the newest. A time that is missing or lies ahead is taken for now.
 */
export function timeOf({ attrs }: BinaryNode): Date {
  return parseSeconds(attrs.t) ?? new Date();
}

/**
 * The latest moment at which it can have happened: stanzas tell seconds, and are compared with records of the phone
 * that tell milliseconds.
 */
export function endOfSecondOf(stanza: BinaryNode): Date {
  return new Date(Math.min(timeOf(stanza).getTime() + 999, Date.now()));
}
