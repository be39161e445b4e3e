import { type Address, isLid, type Jid, type Lid } from '../../kernel/identifiers/address.js';
import { cleanUsername } from './clean-name.js';

/** What the phone's address book says of a person; a name that it does not have is null. */
export interface SavedContact {
  address: Address;
  fullName: string | null;
  firstName: string | null;
}

/** The name that a person chose themselves. */
export interface PushName {
  address: Address;
  name: string;
  /** When it was heard; of two names the one heard later stays. */
  observedAt: Date;
}

/** The name by which people find a person without a number. */
export interface Username {
  address: Address;
  /** Without the `@` before it; null: the person has none any more. */
  name: string | null;
  /** When it was so; of two the later one stays. */
  observedAt: Date;
}

/** The name of a business, from its certificate. */
export interface BusinessName {
  address: Address;
  name: string;
  /** Verifies the certificate with the identity key of the business; absent if that key does not have to sign it. */
  isSignedBy?: (identityKey: Uint8Array) => boolean;
}

/** Whether the person's account is a business. */
export interface BusinessFlag {
  address: Address;
  isBusiness: boolean;
}

/** A person's about text. Unknown is not among its states: then there is no entry. */
export interface About {
  address: Address;
  /** `""`: the person has none; null: hidden from this account. */
  text: string | null;
  /** When the person set it; null when WhatsApp did not say. */
  setAt: Date | null;
}

/** A person's about text in its new form, which knows an emoji and an end. */
export interface TextStatus {
  address: Address;
  /** `""`: there is none. */
  text: string;
  emoji: string | null;
  /** When the person set it; null when WhatsApp did not say. */
  setAt: Date | null;
  /** Null: it stays. */
  expiresAt: Date | null;
}

/** A person's profile picture. */
export type Picture =
  | { address: Address; state: 'present'; id: string; bytes: Buffer }
  /** `none`: the person has none. `hidden`: not shown to this account. */
  | { address: Address; state: 'none' | 'hidden' }
  /** There is a new one, not yet fetched. */
  | { address: Address; state: 'changed'; id: string | null }
  /** The one that is kept is still theirs. */
  | { address: Address; state: 'unchanged' };

/** The public identity key of a person's account (of the primary device). */
export interface IdentityKeySeen {
  address: Address;
  /** 32 bytes, Curve25519, without the leading type byte 5. */
  key: Buffer;
  seenAt: Date;
}

/** A person has a new number. The LIDs are told only sometimes. */
export interface NumberChange {
  oldJid: Jid;
  newJid: Jid;
  oldLid: Lid | null;
  newLid: Lid | null;
  observedAt: Date;
}

/** A person has another LID. */
export interface LidChange {
  oldLid: Lid;
  newLid: Lid;
  observedAt: Date;
}

/** Number and LID of one person. */
export interface LidMapping {
  jid: Jid;
  lid: Lid;
  /**
   * When it was so: of two mappings that contradict each other the later one is right, whichever comes first. Null:
   * some time in the past (history sync); it is right where nothing contradicts it.
   */
  observedAt: Date | null;
}

/**
 * News of people, each from the mouth that knows it. Within a list a later entry replaces an earlier one of the
 * same person; lists are applied in the order in which they stand here.
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

/** All of them together; within a list, what comes later stands later. */
export function joinChanges<Changes extends object>(all: Changes[]): Changes {
  const joined: Record<string, unknown[]> = {};
  for (const changes of all) {
    for (const [kind, list] of Object.entries(changes) as [string, unknown[]][]) {
      (joined[kind] ??= []).push(...list);
    }
  }
  return joined as Changes;
}

/** Whose address book it is. */
export interface AddressBookOwner {
  accountId: number;
  jid: Jid;
  lid: Lid | null;
}

/**
 * Lists whose entries each describe one contact, in the order in which they are applied. What the phone has saved is not included,
 * because it belongs to the address and not to the contact.
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

/** The same changes, all at once if they are few, or else one kind after the other, so many at a time. */
export function inParts(
  changes: ContactChanges,
  { few, maxEntries }: { few: number; maxEntries: number },
): ContactChanges[] {
  const total = CONTACT_CHANGE_KINDS.reduce((count, kind) => count + (changes[kind]?.length ?? 0), 0);
  if (total <= few) return [changes];
  return CONTACT_CHANGE_KINDS.flatMap((kind) => {
    const entries: unknown[] = changes[kind] ?? [];
    const starts = Array.from({ length: Math.ceil(entries.length / maxEntries) }, (_, at) => at * maxEntries);
    return starts.map((start): ContactChanges => ({ [kind]: entries.slice(start, start + maxEntries) }));
  });
}

/** All addresses and user names that changes speak of. */
export function keysIn(changes: ContactChanges): { jids: string[]; lids: string[]; usernames: string[] } {
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

/** Addresses that people had, and those that they have instead. */
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

/** Whether changes are of names alone, and at least so many. */
export function isOfNames(changes: ContactChanges, minEntries: number): boolean {
  const given = CONTACT_CHANGE_KINDS.filter((kind) => (changes[kind]?.length ?? 0) > 0);
  const total = given.reduce((count, kind) => count + (changes[kind]?.length ?? 0), 0);
  return total >= minEntries && given.every((kind) => NAMES.includes(kind));
}
