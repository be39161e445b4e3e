/** A person by number: `<digits>@s.whatsapp.net`. */
export type Jid = string & { readonly __brand: 'Jid' };

/** A person by WhatsApp's anonymous id: `<digits>@lid`. */
export type Lid = string & { readonly __brand: 'Lid' };

/** Either way in which WhatsApp names a person. */
export type Address = Jid | Lid;

/** A number with country code, digits only, 7 to 15 of them (E.164), no leading zero. */
export type Phone = string & { readonly __brand: 'Phone' };

const PHONE = /^[1-9]\d{6,14}$/;

/** user, optional agent (`_1`), optional device (`:7`), server. LIDs have 14 or 15 digits today; 64 bits fit into 20. */
const WIRE_ADDRESS =
  /^([1-9]\d{0,19})(?:_\d{1,5})?(?::\d{1,5})?@(s\.whatsapp\.net|c\.us|hosted|lid|hosted\.lid)$/;

/** E.164: a country code and a number have at most 15 digits together. */
const MAX_PHONE_DIGITS = 15;

/** Numbers of WhatsApp's own bots (as in Baileys' `isJidBot`); they are no contacts. */
const BOT = /^(1313555\d{4}|131655500\d{2})$/;

/**
 * Reads an address in any form that WhatsApp puts on the wire: with a device, as `c.us`, as a hosted account.
 * @returns the person's address, or null for what is no person: a group, broadcast, newsletter, bot, or nonsense
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

/** The part before `@`: the number of a JID, digits only. */
export function phoneOf(jid: string): string {
  return jid.slice(0, jid.indexOf('@'));
}

export function jidOf(phone: Phone): Jid {
  return `${phone}@s.whatsapp.net` as Jid;
}
