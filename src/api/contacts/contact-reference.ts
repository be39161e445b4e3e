import { CONTACT_ID } from '../../contacts/contact-id.js';
import type { ContactLookup } from '../../contacts/read/contact-details.repository.js';
import { parseTypedNumber } from '../../contacts/search/typed-number.js';
import {
  type Address,
  isLid,
  jidOf,
  parseAddress,
  parsePhone,
  type Phone,
  phoneOf,
} from '../../kernel/identifiers/address.js';
import { mobileVariants } from '../../kernel/identifiers/mobile-variants.js';
import { PhoneParameter } from '../http/phone-parameter.js';

/**
 * Up to 15 digits without a leading zero (E.164), and up to 20 digits for LIDs. Matches the address of every contact
 * that can be stored (see parseAddress): address books contain short numbers as well.
 */
const NUMBER_OR_JID = /^([1-9]\d{0,14}(@s\.whatsapp\.net)?|[1-9]\d{0,19}@lid)$/;

/** Also matches every username that can be stored (see cleanUsername), and IDs. */
const REFERENCE = new RegExp(`${NUMBER_OR_JID.source}|^@[^\\p{Cc}]{1,64}$|${CONTACT_ID.source}`, 'u');

const JID = 'a JID, for example 491701234567@s.whatsapp.net';

/** The forms of a reference, for messages. */
export const referenceForms = (example: string) =>
  `${numberLike(example)}, or ${JID}, or a username, for example @anna, or an id, for example c5f0c9b1d2e3a-1842`;

/**
 * Accepts a number, JID or LID in any form that people and programs write, and replaces it with the stored form.
 *
 * @param example for messages
 */
export function IsNumberOrJid(example: string): PropertyDecorator {
  return PhoneParameter(NUMBER_OR_JID, `${numberLike(example)}, or ${JID}`, parseNumberOrJid);
}

/** Like IsNumberOrJid(), and accepts a username after `@`, and the ID of a contact. */
export function IsContactReference(example: string): PropertyDecorator {
  return PhoneParameter(REFERENCE, referenceForms(example), parseNumberOrJid);
}

/** Returns null if the text is not a reference in any form. */
export function parseContactReference(text: string): ContactLookup | null {
  const reference = REFERENCE.test(text) ? text : parseNumberOrJid(text);
  return reference === null ? null : toContactLookup(reference);
}

function numberLike(example: string): string {
  return `a number with country code, for example ${example} or +49 170 1234567`;
}

function parseNumberOrJid(text: string): string | null {
  return parseAddress(text.trim()) ?? parseTypedNumber(text);
}

/**
 * Lists the addresses that a number may have (see `mobileVariants`), the requested one first.
 *
 * @param phone accepted by IsNumberOrJid()
 */
export function toAddresses(phone: string): [Address, ...Address[]] {
  const address = phone.includes('@') ? (phone as Address) : jidOf(phone as Phone);
  const number = isLid(address) ? null : parsePhone(phoneOf(address));
  const [, ...others] = number ? mobileVariants(number) : [];
  return [address, ...others.map(jidOf)];
}

/** @param reference accepted by IsContactReference() */
export function toContactLookup(reference: string): ContactLookup {
  if (reference.startsWith('@')) return { column: 'username', values: [reference.slice(1).toLowerCase()] };
  if (CONTACT_ID.test(reference)) return { column: 'id', values: [reference] };
  const addresses = toAddresses(reference);
  return { column: isLid(addresses[0]) ? 'lid' : 'jid', values: addresses };
}
