import { Injectable } from '@nestjs/common';
import {
  type Address,
  isLid,
  type Jid,
  jidOf,
  type Lid,
  type Phone,
  phoneOf,
} from '../../kernel/identifiers/address.js';
import { type ContactChanges, identifiersIn } from './contact-changes.js';

/** A contact as committed: the values that WhatsApp repeats with every message. */
export interface CachedContact {
  jid: Jid | null;
  lid: Lid | null;
  /** Whether the time of the LID–PN mapping is stored. */
  isMapped: boolean;
  pushName: string | null;
  username: string | null;
  businessName: string | null;
  isBusiness: boolean | null;
  /** The start of the current identity key; see shortKey(). */
  identityKey: string | null;
  /** A hint that has been processed, and is not the current key; see StanzaWriter. */
  hint: string | null;
}

/** More than 2,000 contacts with names of usual length. */
const MAX_BYTES = 500_000;
/** Two addresses, their entries in both maps, and the header of the record; measured on Node 20 and 26. */
const BYTES_PER_CONTACT = 190;
/** Names contain no NUL (cleanName). */
const SEPARATOR = '\0';

/**
 * The contacts of one account that have sent stanzas most recently. Values that a stanza repeats need not be written.
 *
 * Entries are added and removed only by the transaction that has locked the account (ContactsService.apply), so that an
 * entry never differs from the row. A process has one cache per session. Contacts are stored as text, which needs a
 * third less memory than objects. Packages for LRU caches have no second index.
 */
export class ContactCache {
  /** Push name of the account itself, from its latest message. */
  ownPushName: string | null = null;
  /** Records by LID, or by JID if there is no LID, least recently used first. */
  private readonly records = new Map<Address, string>();
  private readonly lids = new Map<Jid, Lid>();
  private bytes = 0;

  /** Returns the contact with this address, and marks it as used. */
  find(address: Address): CachedContact | null {
    const key = this.keyOf(address);
    const record = this.records.get(key);
    if (record === undefined) return null;
    this.records.delete(key);
    this.records.set(key, record);
    return parse(key, record);
  }

  add(contact: CachedContact): void {
    const { jid, lid } = contact;
    const key = lid ?? jid;
    if (!key) return;
    this.forget(key);
    if (jid) this.forget(jid);
    const record = format(contact);
    this.records.set(key, record);
    if (jid && lid) this.lids.set(jid, lid);
    this.bytes += bytesOf(record);
    while (this.bytes > MAX_BYTES) this.forget(this.records.keys().next().value as Address);
  }

  forget(address: Address): void {
    const key = this.keyOf(address);
    const record = this.records.get(key);
    if (record === undefined) return;
    this.records.delete(key);
    const { jid } = parse(key, record);
    if (jid) this.lids.delete(jid);
    this.bytes -= bytesOf(record);
  }

  /** @param usernames in lower case */
  forgetUsernames(usernames: ReadonlySet<string>): void {
    for (const [key, record] of this.records) {
      const { username } = parse(key, record);
      if (username && usernames.has(username.toLowerCase())) this.forget(key);
    }
  }

  clear(): void {
    this.records.clear();
    this.lids.clear();
    this.bytes = 0;
    this.ownPushName = null;
  }

  get isEmpty(): boolean {
    return this.records.size === 0;
  }

  private keyOf(address: Address): Address {
    return isLid(address) ? address : (this.lids.get(address) ?? address);
  }
}

/** Caches of the accounts that this process has leased. No other process writes to their contacts. */
@Injectable()
export class ContactCaches {
  private readonly caches = new Map<number, ContactCache>();

  /** Creates an empty cache, because another process may have written since the last connection. */
  open(accountId: number): void {
    this.caches.set(accountId, new ContactCache());
  }

  close(accountId: number): void {
    this.caches.delete(accountId);
  }

  /** Returns the cache of the account. Without a connection, returns an empty one that is not stored. */
  of(accountId: number): ContactCache {
    return this.caches.get(accountId) ?? new ContactCache();
  }

  /** Removes all contacts that the changes may affect. */
  forget(accountId: number, changes: ContactChanges): void {
    const cache = this.caches.get(accountId);
    if (!cache || cache.isEmpty) return;
    const { jids, lids, usernames } = identifiersIn(changes);
    // A username that moves to one contact is removed from another.
    if (usernames.length > 0) cache.forgetUsernames(new Set(usernames));
    for (const address of [...lids, ...jids] as Address[]) cache.forget(address);
  }
}

/** Returns 48 bits of an identity key as text, enough to detect a changed key. */
export function shortKey(key: Uint8Array): string {
  return Buffer.from(key.subarray(0, 6)).toString('base64');
}

function format(contact: CachedContact): string {
  const { jid, isMapped, isBusiness, pushName, username, businessName, identityKey, hint } = contact;
  const flags = `${isMapped ? 'm' : ''}${isBusiness === null ? '' : isBusiness ? 'b' : 'p'}`;
  return [jid && phoneOf(jid), flags, pushName, username, businessName, identityKey, hint].join(SEPARATOR);
}

function parse(key: Address, record: string): CachedContact {
  const [phone, flags = '', ...names] = record.split(SEPARATOR);
  const [pushName = null, username = null, businessName = null, identityKey = null, hint = null] = names.map(
    (text) => text || null,
  );
  return {
    jid: phone ? jidOf(phone as Phone) : null,
    lid: isLid(key) ? key : null,
    isMapped: flags.includes('m'),
    isBusiness: flags.includes('b') ? true : flags.includes('p') ? false : null,
    pushName,
    username,
    businessName,
    identityKey,
    hint,
  };
}

function bytesOf(record: string): number {
  return BYTES_PER_CONTACT + Buffer.byteLength(record);
}
