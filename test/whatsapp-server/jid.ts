import { createHash } from 'node:crypto';

/** A telephone number in international form, digits only, without `+`: `491701234567`. */
export type PhoneNumber = string & { readonly __brand: 'PhoneNumber' };

/** The user part of a LID, the network's number-independent id of an account: `81234567890123`. */
export type Lid = string & { readonly __brand: 'Lid' };

/** An address on the network: `<user>[:<device>]@<server>`. */
export type Jid = string & { readonly __brand: 'Jid' };

/** The server itself as sender or receiver of a stanza. */
export const SERVER_JID = 's.whatsapp.net' as Jid;

/**
 * Reads a telephone number in any common spelling.
 * @throws Error when fewer than 5 or more than 15 digits remain
 */
export function phoneNumber(text: string): PhoneNumber {
  const digits = text.replace(/@s\.whatsapp\.net$/, '').replace(/[\s+()/.-]/g, '');
  if (!/^\d{5,15}$/.test(digits)) {
    throw new Error(`"${text}" is not a telephone number: expected 5 to 15 digits such as 491701234567`);
  }
  return digits as PhoneNumber;
}

/**
 * Reads a LID with or without `@lid`.
 * @throws Error when it is not made of digits
 */
export function lid(text: string): Lid {
  const digits = text.replace(/@lid$/, '');
  if (!/^\d{5,20}$/.test(digits)) {
    throw new Error(`"${text}" is not a LID: expected 5 to 20 digits such as 81234567890123`);
  }
  return digits as Lid;
}

/** The LID that is given to a number when the caller names none: always the same for the same number. */
export function lidFor(number: PhoneNumber): Lid {
  const hash = createHash('sha256').update(number).digest().readUIntBE(0, 6);
  return `8${String(hash).padStart(15, '0').slice(-13)}` as Lid;
}

/** `491701234567@s.whatsapp.net`, or with `:<device>` for one device of the account. */
export function phoneJid(number: PhoneNumber, device?: number): Jid {
  return `${number}${device ? `:${device}` : ''}@s.whatsapp.net` as Jid;
}

/** `81234567890123@lid`, or with `:<device>` for one device of the account. */
export function lidJid(user: Lid, device?: number): Jid {
  return `${user}${device ? `:${device}` : ''}@lid` as Jid;
}

/** A JID without its device: `49170…:3@s.whatsapp.net` becomes `49170…@s.whatsapp.net`. */
export function bareJid(jid: string): Jid {
  return jid.replace(/(_\d+)?(:\d+)?@/, '@').replace(/@c\.us$/, '@s.whatsapp.net') as Jid;
}

/** The device in a JID; 0 when there is none. */
export function deviceIn(jid: string): number {
  return Number(/:(\d+)@/.exec(jid)?.[1] ?? 0);
}
