/** A contact by phone number: `<digits>@s.whatsapp.net`. */
export type Jid = string & { readonly __brand: 'Jid' };

/** A contact by WhatsApp's anonymous ID: `<digits>@lid`. */
export type Lid = string & { readonly __brand: 'Lid' };

export type Address = Jid | Lid;

/** A phone number with country code (E.164): 7 to 15 digits without "+" and without a leading zero. */
export type Phone = string & { readonly __brand: 'Phone' };

const PHONE = /^[1-9]\d{6,14}$/;

/** User, optional agent (`_1`), optional device (`:7`), server. LIDs have 14 or 15 digits; 64 bits have up to 20. */
const WIRE_ADDRESS =
  /^([1-9]\d{0,19})(?:_\d{1,5})?(?::\d{1,5})?@(s\.whatsapp\.net|c\.us|hosted|lid|hosted\.lid)$/;

/** Limit of E.164, including the country code. */
const MAX_PHONE_DIGITS = 15;

/** Numbers of WhatsApp's own bots (as in `isJidBot` of Baileys), which are not contacts. */
const BOT = /^(1313555\d{4}|131655500\d{2})$/;

/**
 * Parses an address in any form that WhatsApp sends: with a device, with the server `c.us`, or of a hosted account.
 * @returns the address without device; null for groups, broadcasts, newsletters, bots and invalid text
 */
export function parseAddress(text: string | null | undefined): Address | null {
  const match = WIRE_ADDRESS.exec(text ?? '');
  if (!match?.[1] || !match[2]) return null;
  const [, user, server] = match;
  if (server === 'lid' || server === 'hosted.lid') return `${user}@lid` as Lid;
  return user.length > MAX_PHONE_DIGITS || BOT.test(user) ? null : (`${user}@s.whatsapp.net` as Jid);
}

export function isLid(address: Address): address is Lid {
  return address.endsWith('@lid');
}

export function parseJid(text: string | null | undefined): Jid | null {
  const address = parseAddress(text);
  return address && !isLid(address) ? address : null;
}

export function parseLid(text: string | null | undefined): Lid | null {
  const address = parseAddress(text);
  return address && isLid(address) ? address : null;
}

export function parsePhone(text: string): Phone | null {
  return PHONE.test(text) ? (text as Phone) : null;
}

/** Returns the digits before `@`. */
export function phoneOf(jid: string): string {
  return jid.slice(0, jid.indexOf('@'));
}

export function jidOf(phone: Phone): Jid {
  return `${phone}@s.whatsapp.net` as Jid;
}
