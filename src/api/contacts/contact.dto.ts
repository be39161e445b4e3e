import type { ContactLookup } from '../../contacts/read/contact-details.repository.js';
import type { ContactNames } from '../../contacts/read/contacts.repository.js';
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

/** Response of `GET /getcontact`, and an element of `GET /getcontacts`. */
export class ContactDto implements ContactNames {
  /** For example `491701234567@s.whatsapp.net`. */
  jid: string;
  /** Name that the contact chose; `""` if unknown. */
  push_name: string;
  /** Name saved on the phone; `""` if the contact is not saved. */
  full_name: string;
  /** First name saved on the phone; `""` if the contact has none. */
  first_name: string;
}

/**
 * Up to 15 digits without a leading zero (E.164), and up to 20 digits for LIDs. Accepts the address of every contact
 * that can be stored (see parseAddress): address books contain short numbers as well.
 */
const PHONE_OR_JID = /^([1-9]\d{0,14}(@s\.whatsapp\.net)?|[1-9]\d{0,19}@lid)$/;

/** Also accepts a username after `@`: letters, digits, dots, hyphens and underscores. */
const PHONE_JID_OR_USERNAME = new RegExp(`${PHONE_OR_JID.source}|^@[\\p{L}\\p{N}._-]{1,64}$`, 'u');

const NUMBER = 'up to 15 digits with country code and no other characters, for example';
const JID = 'a JID, for example 491701234567@s.whatsapp.net';

/** Query of `GET /getcontact`. */
export class GetContactQuery {
  @Pattern(PHONE_OR_JID, `${NUMBER} /getcontact?phone=491701234567, or ${JID}`)
  phone: string;
}

/** Path of `/contacts/{phone}` and the routes below it. */
export class ContactPath {
  @Pattern(
    PHONE_JID_OR_USERNAME,
    `${NUMBER} /contacts/491701234567, or ${JID}, or a username, for example @anna`,
  )
  phone: string;
}

/**
 * Lists the addresses that a number may have (see `mobileVariants`), the requested one first.
 *
 * @param phone validated by GetContactQuery, or by ContactPath if it is not a username
 */
export function toAddresses(phone: string): [Address, ...Address[]] {
  const address = phone.includes('@') ? (phone as Address) : jidOf(phone as Phone);
  const number = isLid(address) ? null : parsePhone(phoneOf(address));
  const [, ...others] = number ? mobileVariants(number) : [];
  return [address, ...others.map(jidOf)];
}

/** @param phone validated by ContactPath */
export function toContactLookup(phone: string): ContactLookup {
  if (phone.startsWith('@')) return { column: 'username', values: [phone.slice(1).toLowerCase()] };
  const addresses = toAddresses(phone);
  return { column: isLid(addresses[0]) ? 'lid' : 'jid', values: addresses };
}
