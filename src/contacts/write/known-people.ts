import { Injectable } from '@nestjs/common';
import { type Address, isLid, type Jid, type Lid } from '../address.js';
import { type ContactChanges, keysIn } from './contact-changes.js';

/** A contact as committed: the facts that WhatsApp repeats with every message. */
export interface KnownPerson {
  jid: Jid | null;
  lid: Lid | null;
  /** Whether it is known since when the LID belongs to the number. */
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
/** The object, its addresses, its entries in both maps, and a key. Measured with bench:traffic; names are added to it. */
const BYTES_PER_PERSON = 200;
const BYTES_PER_CHARACTER = 2;

/**
 * The contacts of one account that were heard from most recently. What a stanza repeats about them need not be written.
 *
 * Entries are added and forgotten only by the transaction that holds the lock on the account's contacts (ContactsService.apply), so
 * that an entry never differs from the row. The map is in order of use. Packages for LRU caches have no second index, and
 * take twice the memory; a process has a cache per session.
 */
export class PeopleCache {
  /** The push name of the account itself, as a message has told it last. */
  ownPushName: string | null = null;
  /** By LID, or by JID if there is no LID. The first one has not been used for the longest time. */
  private readonly people = new Map<Address, KnownPerson>();
  private readonly lids = new Map<Jid, Lid>();
  private bytes = 0;

  /** Returns the contact with this address, and marks it as used. */
  find(address: Address): KnownPerson | null {
    const key = this.keyOf(address);
    const person = this.people.get(key);
    if (!person) return null;
    this.people.delete(key);
    this.people.set(key, person);
    return person;
  }

  add(person: KnownPerson): void {
    const { jid, lid } = person;
    const key = lid ?? jid;
    if (!key) return;
    this.forget(key);
    if (jid) this.forget(jid);
    this.people.set(key, person);
    if (jid && lid) this.lids.set(jid, lid);
    this.bytes += bytesOf(person);
    while (this.bytes > MAX_BYTES) this.forget(this.people.keys().next().value as Address);
  }

  forget(address: Address): void {
    const key = this.keyOf(address);
    const person = this.people.get(key);
    if (!person) return;
    this.people.delete(key);
    if (person.jid) this.lids.delete(person.jid);
    this.bytes -= bytesOf(person);
  }

  clear(): void {
    this.people.clear();
    this.lids.clear();
    this.bytes = 0;
    this.ownPushName = null;
  }

  get isEmpty(): boolean {
    return this.people.size === 0;
  }

  private keyOf(address: Address): Address {
    return isLid(address) ? address : (this.lids.get(address) ?? address);
  }
}

/** The caches of the accounts whose sessions this process holds. Nobody else writes to the contacts of these accounts. */
@Injectable()
export class KnownPeople {
  private readonly caches = new Map<number, PeopleCache>();

  /** Returns the cache of the account, which is empty at first. */
  of(accountId: number): PeopleCache {
    const cache = this.caches.get(accountId) ?? new PeopleCache();
    this.caches.set(accountId, cache);
    return cache;
  }

  /** Called when a connection begins and ends: in between, another process may have held the session. */
  drop(accountId: number): void {
    this.caches.delete(accountId);
  }

  /** Forgets everybody whom the changes may affect. */
  forget(accountId: number, changes: ContactChanges): void {
    const cache = this.caches.get(accountId);
    if (!cache || cache.isEmpty) return;
    const { jids, lids, usernames } = keysIn(changes);
    // A username is taken from whoever has it, and the cache is not indexed by username.
    if (usernames.length > 0) cache.clear();
    for (const address of [...lids, ...jids] as Address[]) cache.forget(address);
  }
}

/** 72 bits of an identity key as text: enough to notice that a key is another one. */
export function shortKey(key: Uint8Array): string {
  return Buffer.from(key.subarray(0, 9)).toString('base64');
}

function bytesOf({ pushName, username, businessName }: KnownPerson): number {
  const characters = [pushName, username, businessName].reduce((sum, text) => sum + (text?.length ?? 0), 0);
  return BYTES_PER_PERSON + characters * BYTES_PER_CHARACTER;
}
