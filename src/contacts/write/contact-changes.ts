import { type Address, isLid, type Jid, type Lid } from '../../kernel/identifiers/address.js';
import { cleanUsername } from './clean-name.js';

/** A contact that is saved on the phone. Null: no such name. */
export interface SavedContact {
  address: Address;
  fullName: string | null;
  firstName: string | null;
}

/** Name that a contact chooses. */
export interface PushName {
  address: Address;
  name: string;
  /** When it was received. The latest name is stored. */
  observedAt: Date;
}

/** Name that identifies a contact without a number. */
export interface Username {
  address: Address;
  /** Without `@`; null if the contact has removed it. */
  name: string | null;
  /** The latest name is stored. */
  observedAt: Date;
}

/** Name from the certificate of a business. */
export interface BusinessName {
  address: Address;
  name: string;
  /** Verifies the certificate with the identity key of the business; absent if that key does not have to sign it. */
  isSignedBy?: (identityKey: Uint8Array) => boolean;
}

export interface BusinessFlag {
  address: Address;
  isBusiness: boolean;
}

/** About text of a contact. */
export interface About {
  address: Address;
  /** `""`: the contact has none; null: hidden from this account. */
  text: string | null;
  /** When the contact set it; null if WhatsApp does not send it. */
  setAt: Date | null;
}

/** About text in its new form, with emoji and expiry. */
export interface TextStatus {
  address: Address;
  /** `""`: the contact has none. */
  text: string;
  emoji: string | null;
  /** When the contact set it; null if WhatsApp does not send it. */
  setAt: Date | null;
  /** Null: never. */
  expiresAt: Date | null;
}

/** Profile picture of a contact. */
export type Picture =
  | { address: Address; state: 'present'; id: string; bytes: Buffer }
  /** `none`: the contact has none. `hidden`: not shown to this account. */
  | { address: Address; state: 'none' | 'hidden' }
  /** The new picture is not fetched yet. */
  | { address: Address; state: 'changed'; id: string | null }
  /** The stored picture is current. */
  | { address: Address; state: 'unchanged' };

/** Public identity key of a contact's primary device. */
export interface IdentityKeySeen {
  address: Address;
  /** 32 bytes, Curve25519, without the leading type byte 5. */
  key: Buffer;
  seenAt: Date;
}

/** A contact has changed its number. WhatsApp does not always send the LIDs. */
export interface NumberChange {
  oldJid: Jid;
  newJid: Jid;
  oldLid: Lid | null;
  newLid: Lid | null;
  observedAt: Date;
}

/** A contact has changed its LID. */
export interface LidChange {
  oldLid: Lid;
  newLid: Lid;
  observedAt: Date;
}

/** LID–PN mapping: number and LID of one contact. */
export interface LidMapping {
  jid: Jid;
  lid: Lid;
  /**
   * The latest of contradicting mappings is applied, regardless of the order in which they are received. Null: from
   * history, applied only if no other mapping contradicts it.
   */
  observedAt: Date | null;
}

/**
 * Changes by source. Within a list, later entries replace earlier ones of the same contact. Lists are applied in the
 * order below.
 */
export interface ContactChanges {
  mappings?: LidMapping[];
  saved?: SavedContact[];
  /** No longer in the phone's address book. */
  unsaved?: Address[];
  pushNames?: PushName[];
  usernames?: Username[];
  businessNames?: BusinessName[];
  businessFlags?: BusinessFlag[];
  abouts?: About[];
  textStatuses?: TextStatus[];
  pictures?: Picture[];
  identityKeys?: IdentityKeySeen[];
  numberChanges?: NumberChange[];
  lidChanges?: LidChange[];
}

/** Joins the lists of several changes, in order. */
export function joinChanges<Changes extends object>(all: Changes[]): Changes {
  const joined: Record<string, unknown[]> = {};
  for (const changes of all) {
    for (const [kind, list] of Object.entries(changes) as [string, unknown[]][]) {
      (joined[kind] ??= []).push(...list);
    }
  }
  return joined as Changes;
}

/** The account that an address book belongs to. */
export interface AddressBookOwner {
  accountId: number;
  jid: Jid;
  lid: Lid | null;
}

/**
 * Lists whose entries each describe one contact, in the order in which they are applied. Saved names are not included,
 * because they belong to the address and not to the contact.
 */
export const PROFILE_KINDS = [
  'pushNames',
  'usernames',
  'businessNames',
  'businessFlags',
  'abouts',
  'textStatuses',
  'pictures',
  'identityKeys',
] as const satisfies (keyof ContactChanges)[];

/** In the order in which they are applied. */
export const CONTACT_CHANGE_KINDS = [
  'mappings',
  'saved',
  'unsaved',
  ...PROFILE_KINDS,
  'numberChanges',
  'lidChanges',
] as const satisfies (keyof ContactChanges)[];

/** Splits changes by kind and size, unless they have at most `maxTogether` entries. */
export function splitChanges(
  changes: ContactChanges,
  { maxTogether, maxEntries }: { maxTogether: number; maxEntries: number },
): ContactChanges[] {
  if (sizeOf(changes) <= maxTogether) return [changes];
  return CONTACT_CHANGE_KINDS.flatMap((kind) => {
    const entries: unknown[] = changes[kind] ?? [];
    const starts = Array.from({ length: Math.ceil(entries.length / maxEntries) }, (_, at) => at * maxEntries);
    return starts.map((start): ContactChanges => ({ [kind]: entries.slice(start, start + maxEntries) }));
  });
}

/** Identifies the contacts that changes may affect. */
export interface ContactIdentifiers {
  jids: string[];
  lids: string[];
  /** In lower case. A username may move from one contact to another. */
  usernames: string[];
}

export function identifiersIn(changes: ContactChanges): ContactIdentifiers {
  const facts = PROFILE_KINDS.flatMap((kind): { address: Address }[] => changes[kind] ?? []);
  const about = [...(changes.saved ?? []), ...facts].map(({ address }) => address);
  const addresses = [
    ...about,
    ...(changes.unsaved ?? []),
    ...(changes.mappings ?? []).flatMap(({ jid, lid }) => [jid, lid]),
    ...(changes.numberChanges ?? []).flatMap(({ oldJid, newJid, oldLid, newLid }) => [
      oldJid,
      newJid,
      oldLid,
      newLid,
    ]),
    ...(changes.lidChanges ?? []).flatMap(({ oldLid, newLid }) => [oldLid, newLid]),
  ].filter((address) => address !== null);
  const distinct = [...new Set(addresses)];
  return {
    jids: distinct.filter((address) => !isLid(address)),
    lids: distinct.filter((address) => isLid(address)),
    usernames: (changes.usernames ?? []).flatMap(({ name }) => cleanUsername(name)?.toLowerCase() ?? []),
  };
}

/** Returns the old and new addresses of contacts that have changed them. */
export function movesIn({
  numberChanges = [],
  lidChanges = [],
}: ContactChanges): { from: Address; to: Address }[] {
  return [
    ...numberChanges.map(({ oldJid, newJid }) => ({ from: oldJid, to: newJid })),
    ...lidChanges.map(({ oldLid, newLid }) => ({ from: oldLid, to: newLid })),
  ];
}

const NAMES: readonly string[] = ['saved', 'unsaved', 'pushNames'] satisfies (keyof ContactChanges)[];

/** Returns whether changes have at least `minEntries` entries, and all of them are names. */
export function isNameChange(changes: ContactChanges, minEntries: number): boolean {
  const kinds = CONTACT_CHANGE_KINDS.filter((kind) => (changes[kind]?.length ?? 0) > 0);
  return sizeOf(changes) >= minEntries && kinds.every((kind) => NAMES.includes(kind));
}

function sizeOf(changes: ContactChanges): number {
  return CONTACT_CHANGE_KINDS.reduce((count, kind) => count + (changes[kind]?.length ?? 0), 0);
}
