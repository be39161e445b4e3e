import { IsString, Matches, type ValidationArguments } from 'class-validator';
import {
  type Address,
  isLid,
  jidOf,
  parsePhone,
  type Phone,
  phoneOf,
} from '../../kernel/identifiers/address.js';
import { mobileVariants } from '../../kernel/identifiers/mobile-variants.js';
import type { ContactLookup } from '../../contacts/read/contact-details.repository.js';
import type { ContactNames } from '../../contacts/read/contacts.repository.js';

/** The answer of `GET /getcontact`, and an entry of `GET /getcontacts`. */
export class ContactDto implements ContactNames {
  /** `491701234567@s.whatsapp.net`. */
  jid: string;
  /** The name that the person chose; `""`: unknown. */
  push_name: string;
  /** The name saved on the phone; `""`: none. */
  full_name: string;
  /** The first name saved on the phone; `""`: none. */
  first_name: string;
}

/** 7 to 15 digits without a leading zero (E.164); LIDs are up to 20 digits long. */
const PHONE_OR_JID = /^([1-9]\d{6,14}(@s\.whatsapp\.net)?|[1-9]\d{4,19}@lid)$/;

/** The same, or a user name after an `@`: letters, digits, dots and underscores; any other character finds nobody. */
const PERSON = new RegExp(`${PHONE_OR_JID.source}|^@[\\p{L}\\p{N}._-]{1,64}$`, 'u');

const OR_JID = ', or a JID, for example 491701234567@s.whatsapp.net';

function explain(example: string, orElse: string): (problem: ValidationArguments) => string {
  const rightForm =
    'a number with country code, 7 to 15 digits without "+", spaces or a leading zero, for example ' +
    `${example}${orElse}`;
  return ({ value }) => {
    if (value === undefined || value === '') return `phone is missing; it must be ${rightForm}.`;
    if (Array.isArray(value))
      return `phone is given ${value.length} times; it must be given once, as ${rightForm}.`;
    return `phone is ${JSON.stringify(value)}; it must be ${rightForm}.`;
  };
}

const explainQuery = explain('/getcontact?phone=491701234567', OR_JID);
const explainPath = explain('/contacts/491701234567', `${OR_JID}, or a user name, for example @anna`);

/** The query of `GET /getcontact`. */
export class GetContactQuery {
  @IsString({ message: explainQuery })
  @Matches(PHONE_OR_JID, { message: explainQuery })
  phone: string;
}

/** The path of `/contacts/{phone}` and what is below it. */
export class ContactPath {
  @IsString({ message: explainPath })
  @Matches(PERSON, { message: explainPath })
  phone: string;
}

/**
 * @param phone as validated by GetContactQuery, or by ContactPath when it is no user name
 * @returns the addresses that the person may have, the one asked for first
 */
export function toAddresses(phone: string): [Address, ...Address[]] {
  const address = phone.includes('@') ? (phone as Address) : jidOf(phone as Phone);
  const number = isLid(address) ? null : parsePhone(phoneOf(address));
  const [, ...others] = number ? mobileVariants(number) : [];
  return [address, ...others.map(jidOf)];
}

/** @param phone as validated by ContactPath */
export function toContactLookup(phone: string): ContactLookup {
  if (phone.startsWith('@')) return { column: 'username', values: [phone.slice(1).toLowerCase()] };
  const addresses = toAddresses(phone);
  return { column: isLid(addresses[0]) ? 'lid' : 'jid', values: addresses };
}
