import { createHash } from 'node:crypto';

/** A phone number with country code, digits only, without `+`: `491701234567`. */
export type PhoneNumber = string & { readonly __brand: 'PhoneNumber' };

/** The user part of a LID, which identifies an account independently of its number: `81234567890123`. */
export type Lid = string & { readonly __brand: 'Lid' };

/** An address on the network: `<user>[:<device>]@<server>`. */
export type Jid = string & { readonly __brand: 'Jid' };

/** The server as sender or receiver of a stanza. */
export const SERVER_JID = 's.whatsapp.net' as Jid;

/**
 * Parses a phone number in any common notation.
 * @throws Error if it does not have 5 to 15 digits
 */
export function phoneNumber(text: string): PhoneNumber {
  const digits = text.replace(/@s\.whatsapp\.net$/, '').replace(/[\s+()/.-]/g, '');
  if (!/^\d{5,15}$/.test(digits)) {
    throw new Error(`Invalid phone number "${text}": use 5 to 15 digits, for example 491701234567.`);
  }
  return digits as PhoneNumber;
}

/**
 * Parses a LID with or without `@lid`.
 * @throws Error if it does not have 5 to 20 digits
 */
export function lid(text: string): Lid {
  const digits = text.replace(/@lid$/, '');
  if (!/^\d{5,20}$/.test(digits)) {
    throw new Error(`Invalid LID "${text}": use 5 to 20 digits, for example 81234567890123.`);
  }
  return digits as Lid;
}

/** Returns the default LID of a number, which is always the same. */
export function lidFor(number: PhoneNumber): Lid {
  const hash = createHash('sha256').update(number).digest().readUIntBE(0, 6);
  return `8${String(hash).padStart(15, '0').slice(-13)}` as Lid;
}

/** Returns `491701234567@s.whatsapp.net`, with `:<device>` for a companion device. */
export function phoneJid(number: PhoneNumber, device?: number): Jid {
  return `${number}${device ? `:${device}` : ''}@s.whatsapp.net` as Jid;
}

/** Returns `81234567890123@lid`, with `:<device>` for a companion device. */
export function lidJid(user: Lid, device?: number): Jid {
  return `${user}${device ? `:${device}` : ''}@lid` as Jid;
}

/** Removes the device from a JID: `49170…:3@s.whatsapp.net` becomes `49170…@s.whatsapp.net`. */
export function bareJid(jid: string): Jid {
  return jid.replace(/(_\d+)?(:\d+)?@/, '@').replace(/@c\.us$/, '@s.whatsapp.net') as Jid;
}

/** Returns the device in a JID; 0 if there is none. */
export function deviceIn(jid: string): number {
  return Number(/:(\d+)@/.exec(jid)?.[1] ?? 0);
}
