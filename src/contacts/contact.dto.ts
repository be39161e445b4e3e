import { IsString, Matches, type ValidationArguments } from 'class-validator';
import { type Address, jidOf, parseAddress, parsePhone } from './address.js';

/** A contact as both routes give it; every field is a string, `""` where nothing is known. */
export interface ContactDto {
  /** `<digits>@s.whatsapp.net`. */
  jid: string;
  /** The name that the person chose himself. */
  push_name: string;
  /** The name saved on the phone. */
  full_name: string;
  /** The first name saved on the phone. */
  first_name: string;
}

/** 7 to 15 digits without a leading zero (E.164); LIDs are up to 20 digits long. */
const PHONE_OR_JID = /^([1-9]\d{6,14}(@s\.whatsapp\.net)?|[1-9]\d{4,19}@lid)$/;

const RIGHT_FORM =
  'a number with country code, 7 to 15 digits without "+", spaces or a leading zero, for example ' +
  '/getcontact?phone=491701234567, or a JID, for example 491701234567@s.whatsapp.net';

function explain({ value }: ValidationArguments): string {
  if (value === undefined || value === '') return `phone is missing; it must be ${RIGHT_FORM}.`;
  if (Array.isArray(value)) return `phone is given ${value.length} times; it must be given once, as ${RIGHT_FORM}.`;
  return `phone is ${JSON.stringify(value)}; it must be ${RIGHT_FORM}.`;
}

/** The query of `GET /getcontact`. */
export class GetContactQuery {
  @IsString({ message: explain })
  @Matches(PHONE_OR_JID, { message: explain })
  phone: string;
}

/** @param phone as validated by GetContactQuery */
export function toAddress(phone: string): Address {
  const number = parsePhone(phone);
  const address = number ? jidOf(number) : parseAddress(phone);
  if (!address) throw new Error(`${phone} passed validation, but is no address`);
  return address;
}
