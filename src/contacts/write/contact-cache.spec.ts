import { describe, expect, it } from '@jest/globals';
import type { Jid, Lid } from '../../kernel/identifiers/address.js';
import { type CachedContact, ContactCache, ContactCaches } from './contact-cache.js';

const jid = (n: number) => `${491_700_000_000 + n}@s.whatsapp.net` as Jid;
const lid = (n: number) => `${100_000_000_000_000 + n}@lid` as Lid;
const person = (n: number, facts: Partial<CachedContact> = {}): CachedContact => ({
  jid: jid(n),
  lid: lid(n),
  isMapped: true,
  pushName: `Person ${n}`,
  username: null,
  businessName: null,
  isBusiness: null,
  identityKey: null,
  hint: null,
  ...facts,
});

describe('ContactCache', () => {
  it('finds a contact by number and by LID', () => {
    const cache = new ContactCache();
    cache.add(person(1));
    cache.add(person(2, { lid: null }));
    cache.add(person(3, { jid: null }));
    expect(cache.find(jid(1))).toEqual(person(1));
    expect(cache.find(lid(1))).toEqual(person(1));
    expect(cache.find(jid(2))?.pushName).toBe('Person 2');
    expect(cache.find(lid(3))?.pushName).toBe('Person 3');
    expect(cache.find(lid(4))).toBeNull();
  });

  it('returns every value as it was added', () => {
    const cache = new ContactCache();
    const facts = {
      isMapped: false,
      pushName: 'Zoë, "王" \n\t👩‍👩‍👧',
      username: 'zoe.w',
      businessName: 'Zoë Ltd',
      identityKey: 'AAECAwQF',
      hint: '5 BQQDAgEA',
    };
    for (const isBusiness of [true, false, null]) {
      cache.add(person(1, { ...facts, isBusiness }));
      expect(cache.find(jid(1))).toEqual(person(1, { ...facts, isBusiness }));
    }
  });

  it('removes a contact under both addresses', () => {
    const cache = new ContactCache();
    for (const address of [jid(1), lid(1)]) {
      cache.add(person(1));
      cache.forget(address);
      expect(cache.find(jid(1))).toBeNull();
      expect(cache.find(lid(1))).toBeNull();
    }
  });

  it('replaces all contacts that had one of the addresses', () => {
    const cache = new ContactCache();
    cache.add(person(1));
    cache.add(person(2));
    cache.add(person(3, { jid: jid(1), lid: lid(2) }));
    expect(cache.find(jid(1))?.pushName).toBe('Person 3');
    expect(cache.find(lid(2))?.pushName).toBe('Person 3');
    expect(cache.find(lid(1))).toBeNull();
    expect(cache.find(jid(2))).toBeNull();
  });

  it('stores 2,000 contacts, and removes the least recently used', () => {
    const cache = new ContactCache();
    for (let n = 0; n < 2_000; n += 1) cache.add(person(n));
    expect(cache.find(jid(0))).not.toBeNull();
    expect(cache.find(lid(1))).not.toBeNull();
    for (let n = 2_000; n < 3_990; n += 1) cache.add(person(n));
    expect(cache.find(lid(0))).not.toBeNull();
    expect(cache.find(jid(1))).not.toBeNull();
    expect(cache.find(lid(2))).toBeNull();
    expect(cache.find(jid(2))).toBeNull();
    expect(cache.find(jid(3_989))).not.toBeNull();
  });

  it('stores fewer contacts with long names', () => {
    const cache = new ContactCache();
    const pushName = 'x'.repeat(1_000);
    for (let n = 0; n < 1_000; n += 1) cache.add(person(n, { pushName }));
    const found = Array.from({ length: 1_000 }, (_, n) => cache.find(lid(n))).filter(Boolean);
    expect(found.length).toBeGreaterThan(350);
    expect(found.length).toBeLessThan(500);
  });

  it('does not affect other accounts', () => {
    const people = new ContactCaches();
    people.open(1);
    people.open(2);
    people.of(1).add(person(1));
    people.of(2).add(person(1));
    people.forget(2, { unsaved: [jid(1)] });
    expect(people.of(1).find(jid(1))).not.toBeNull();
    expect(people.of(2).find(jid(1))).toBeNull();
    people.close(1);
    expect(people.of(1).find(jid(1))).toBeNull();
    // An unfinished transaction of a closed connection adds nothing.
    people.of(1).add(person(1));
    expect(people.of(1).find(jid(1))).toBeNull();
  });

  it('removes only the contact whose username moves to another', () => {
    const people = new ContactCaches();
    people.open(1);
    people.of(1).add(person(1, { username: 'anna' }));
    people.of(1).add(person(3, { username: 'ben' }));
    people.forget(1, { usernames: [{ address: lid(2), name: 'Anna', observedAt: new Date() }] });
    expect(people.of(1).find(lid(1))).toBeNull();
    expect(people.of(1).find(lid(3))).toEqual(person(3, { username: 'ben' }));
  });
});
