import { CONTACT_ID } from '../../contacts/contact-id.js';
import type { ContactLookup } from '../../contacts/read/contact-details.repository.js';
import {
  type Address,
  isLid,
  jidOf,
  parsePhone,
  type Phone,
  phoneOf,
} from '../../kernel/identifiers/address.js';
import { mobileVariants } from '../../kernel/identifiers/mobile-variants.js';
import { Pattern } from '../http/validation.js';

/**
 * Up to 15 digits without a leading zero (E.164), and up to 20 digits for LIDs. Accepts the address of every contact
 * that can be stored (see parseAddress): address books contain short numbers as well.
 */
const NUMBER_OR_JID = /^([1-9]\d{0,14}(@s\.whatsapp\.net)?|[1-9]\d{0,19}@lid)$/;

/** Also accepts a username after `@` (letters, digits, dots, hyphens and underscores), and an ID. */
const REFERENCE = new RegExp(`${NUMBER_OR_JID.source}|^@[\\p{L}\\p{N}._-]{1,64}$|${CONTACT_ID.source}`, 'u');

const NUMBER = 'up to 15 digits with country code and no other characters, for example';
const JID = 'a JID, for example 491701234567@s.whatsapp.net';

/** The forms of a reference, for messages. */
export const referenceForms = (example: string) =>
  `${NUMBER} ${example}, or ${JID}, or a username, for example @anna, or an id, for example c5f0c9b1d2e3a-1842`;

/** Accepts a number or a JID. */
export function IsNumberOrJid(example: string): PropertyDecorator {
  return Pattern(NUMBER_OR_JID, `${NUMBER} ${example}, or ${JID}`);
}

/** Also accepts a username after `@`, and the ID of a contact. */
export function IsContactReference(example: string): PropertyDecorator {
  return Pattern(REFERENCE, referenceForms(example));
}

/** Returns null if the text is not a valid reference. */
export function parseContactReference(text: string): ContactLookup | null {
  return REFERENCE.test(text) ? toContactLookup(text) : null;
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
