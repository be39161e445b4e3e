import { IsString, Matches, type ValidationArguments } from 'class-validator';
import { type Address, isLid, jidOf, parsePhone, type Phone, phoneOf } from '../address.js';
import { mobileVariants } from '../mobile-variants.js';
import type { ContactNames } from '../read/contacts.repository.js';

/** The answer of `GET /getcontact`, and an entry of `GET /getcontacts`. */
export type ContactDto = ContactNames;

/** 7 to 15 digits without a leading zero (E.164); LIDs are up to 20 digits long. */
const PHONE_OR_JID = /^([1-9]\d{6,14}(@s\.whatsapp\.net)?|[1-9]\d{4,19}@lid)$/;

function explain(example: string): (problem: ValidationArguments) => string {
  const rightForm =
    'a number with country code, 7 to 15 digits without "+", spaces or a leading zero, for example ' +
    `${example}, or a JID, for example 491701234567@s.whatsapp.net`;
  return ({ value }) => {
    if (value === undefined || value === '') return `phone is missing; it must be ${rightForm}.`;
    if (Array.isArray(value))
      return `phone is given ${value.length} times; it must be given once, as ${rightForm}.`;
    return `phone is ${JSON.stringify(value)}; it must be ${rightForm}.`;
  };
}

const explainQuery = explain('/getcontact?phone=491701234567');
const explainPath = explain('/contacts/491701234567');

/** The query of `GET /getcontact`. */
export class GetContactQuery {
  @IsString({ message: explainQuery })
  @Matches(PHONE_OR_JID, { message: explainQuery })
  phone: string;
}

/** The path of `/contacts/{phone}` and what is below it. */
export class ContactPath {
  @IsString({ message: explainPath })
  @Matches(PHONE_OR_JID, { message: explainPath })
  phone: string;
}

/**
 * @param phone as validated by GetContactQuery or ContactPath
 * @returns the addresses that the person may have, the one asked for first
 */
export function toAddresses(phone: string): [Address, ...Address[]] {
  const address = phone.includes('@') ? (phone as Address) : jidOf(phone as Phone);
  const number = isLid(address) ? null : parsePhone(phoneOf(address));
  const [, ...others] = number ? mobileVariants(number) : [];
  return [address, ...others.map(jidOf)];
}
