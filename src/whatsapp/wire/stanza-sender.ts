import type { BinaryNode } from '@whiskeysockets/baileys';

/**
 * Kind of the sender of a stanza:
 * - `phone`, `companion`: a device of this account, the primary one (device 0) or another
 * - `contact`: any other account
 * - `server`: WhatsApp itself, or a group without a participant
 */
export type SenderKind = 'phone' | 'companion' | 'contact' | 'server';

/** The account's own addresses, as in Baileys' `creds.me`; a device in them is ignored. */
export interface OwnAddresses {
  readonly id?: string;
  readonly lid?: string;
}

interface DeviceAddress {
  readonly user: string;
  readonly device: number;
  readonly server: string;
}

/**
 * `<user>[:<device>]@<server>`. Addresses with an agent (`<user>_1`) do not match, because they never belong to this
 * account.
 */
const DEVICE_ADDRESS = /^(\d{1,32})(?::(\d{1,5}))?@([a-z.]+)$/;

/** Servers whose users are accounts; all others relay stanzas of participants. */
const ACCOUNT_SERVERS: ReadonlySet<string> = new Set([
  's.whatsapp.net',
  'c.us',
  'lid',
  'hosted',
  'hosted.lid',
]);

/**
 * Returns the account that sent a stanza according to WhatsApp: `from`, or `participant` if a group or a broadcast list
 * relays it.
 * @returns null for stanzas of the server
 */
export function senderOf({ attrs }: BinaryNode): string | null {
  const { from, participant } = attrs;
  return isAccount(from) ? from : (participant ?? null);
}

/** Returns the kind of a stanza's sender, by user and server, from the attributes that WhatsApp itself sets. */
export function kindOfSender(stanza: BinaryNode, own: OwnAddresses): SenderKind {
  const sender = senderOf(stanza);
  if (sender === null) return 'server';
  const address = parse(sender);
  if (!address || !isOwnAccount(address, own)) return 'contact';
  return address.device === 0 ? 'phone' : 'companion';
}

/** Returns whether a JID, with or without a device, belongs to this account. */
export function isOwnJid(jid: string, own: OwnAddresses): boolean {
  const address = parse(jid);
  return address !== null && isOwnAccount(address, own);
}

/** Returns the device of a JID; 0 is the primary device. */
export function deviceOf(jid: string): number {
  return parse(jid)?.device ?? 0;
}

/**
 * Returns whether a stanza is a peer message: from a device of this account, to this device only. Stanzas relayed by
 * groups or broadcast lists, and stanzas from other accounts, never are, regardless of their attributes.
 */
export function isPeerMessage(stanza: BinaryNode, own: OwnAddresses): boolean {
  const { tag, attrs } = stanza;
  if (tag !== 'message' || attrs.category !== 'peer') return false;
  return [attrs.from, attrs.participant ?? attrs.from].every(
    (jid) => jid !== undefined && isOwnJid(jid, own),
  );
}

/**
 * Attributes that contain the alternate address of the receiver. They are valid only in stanzas that this account sent.
 */
const OF_RECEIVER = /^(peer_)?recipient_(pn|lid|username)$/;
/** Attributes that contain the alternate address of the sender. This account receives its own at login. */
const OF_SENDER = /^(sender|participant)_(pn|lid|username)$/;

/**
 * Returns a stanza without the addressing attributes that its sender must not set. Otherwise an unknown sender could be
 * mapped to this account (`peer_recipient_lid`), or this account to a contact (`sender_pn`).
 */
export function withTrustedAddressing(stanza: BinaryNode, kind: SenderKind): BinaryNode {
  const isForeign = kind === 'contact' || kind === 'server';
  const isRelayed = !isAccount(stanza.attrs.from);
  return withoutAttributes(stanza, (name) => {
    if (name === 'participant') return !isRelayed;
    if (name === 'category') return isForeign;
    return (isForeign ? OF_RECEIVER : OF_SENDER).test(name);
  });
}

/** Returns a copy without the attributes that match the predicate, or the stanza itself if none match. */
export function withoutAttributes(stanza: BinaryNode, picks: (name: string) => boolean): BinaryNode {
  const entries = Object.entries(stanza.attrs);
  const rest = entries.filter(([name]) => !picks(name));
  return rest.length === entries.length ? stanza : { ...stanza, attrs: Object.fromEntries(rest) };
}

function isAccount(jid: string | undefined): jid is string {
  const server = jid?.slice(jid.indexOf('@') + 1);
  return Boolean(jid?.includes('@') && server && ACCOUNT_SERVERS.has(server));
}

function isOwnAccount({ user, server }: DeviceAddress, own: OwnAddresses): boolean {
  return [own.id, own.lid].some((jid) => {
    const address = jid === undefined ? null : parse(jid);
    return address?.user === user && address.server === server;
  });
}

function parse(jid: string): DeviceAddress | null {
  const match = DEVICE_ADDRESS.exec(jid);
  if (!match?.[1] || !match[3]) return null;
  return { user: match[1], device: Number(match[2] ?? 0), server: match[3] };
}
