import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ContactDetailsDto, ContactKeysDto } from '../../src/api/contacts/contact-details.dto.js';
import type { LookedUpContactsDto } from '../../src/api/contacts/contact-lookup.dto.js';
import { CONTACT_ID } from '../../src/contacts/contact-id.js';
import type { ContactChanges } from '../../src/contacts/write/contact-changes.js';
import type { Address, Jid, Lid } from '../../src/kernel/identifiers/address.js';
import { ServedAddressBook } from './served-address-book.js';

const ANNA = '491701111111@s.whatsapp.net' as Jid;
const ANNA_LID = '111111111111111@lid' as Lid;
const EARLIER = new Date('2026-01-01T10:00:00Z');
const LATER = new Date('2026-01-01T11:00:00Z');
const KEY_A = Buffer.alloc(32, 1);
const KEY_B = Buffer.alloc(32, 2);
const PNG = Buffer.from('89504e470d0a1a0a00ff0d0a', 'hex');

interface Problem {
  statusCode: number;
  error: string;
  message: string;
}

describe('the contact API', () => {
  let book: ServedAddressBook;

  beforeAll(async () => {
    book = await ServedAddressBook.start({ CHECKS_PER_DAY: '0' });
  });

  afterAll(() => book.stop());

  beforeEach(() => book.clear());

  const saved = (address: Address, fullName: string, firstName: string | null = null): ContactChanges => ({
    saved: [{ address, fullName, firstName }],
  });
  const pictured = (state: 'none' | 'hidden'): ContactChanges => ({ pictures: [{ address: ANNA, state }] });
  const present: ContactChanges = {
    pictures: [{ address: ANNA, state: 'present', id: '17', bytes: PNG }],
  };

  it('returns all stored data of a contact', async () => {
    await book.apply({
      ...saved(ANNA, 'Anna Adler', 'Anna'),
      ...present,
      mappings: [{ jid: ANNA, lid: ANNA_LID, observedAt: new Date() }],
      pushNames: [{ address: ANNA, name: 'anni', observedAt: EARLIER }],
      businessNames: [{ address: ANNA, name: 'Adler AG' }],
      businessFlags: [{ address: ANNA, isBusiness: true }],
      abouts: [{ address: ANNA, text: 'Hi', setAt: EARLIER }],
      identityKeys: [{ address: ANNA, key: KEY_A, seenAt: EARLIER }],
    });
    const { status, headers, body } = await book.service.get<ContactDetailsDto>('/contacts/491701111111');
    expect([status, headers.get('contacts-sync')]).toEqual([200, 'complete']);
    const { updated_at: updatedAt, picture, ...rest } = body;
    expect(Math.abs(Date.parse(updatedAt) - Date.now())).toBeLessThan(60_000);
    expect(picture).toMatchObject({ id: '17', url: '/contacts/491701111111/picture' });
    expect(rest).toEqual({
      id: expect.stringMatching(CONTACT_ID),
      jid: ANNA,
      phone: '491701111111',
      lid: ANNA_LID,
      username: null,
      push_name: 'anni',
      full_name: 'Anna Adler',
      first_name: 'Anna',
      business_name: 'Adler AG',
      is_business: true,
      about: {
        text: 'Hi',
        emoji: null,
        hidden: false,
        set_at: EARLIER.toISOString(),
        expires_at: null,
      },
      identity_key: {
        key: KEY_A.toString('base64'),
        fingerprint: createHash('sha256').update(KEY_A).digest('hex'),
        since: EARLIER.toISOString(),
      },
      saved: true,
      moved_to: null,
      moved_from: null,
    });
    expect((await book.service.get(`/contacts/${ANNA_LID}`)).body).toEqual(body);
    expect((await book.service.get(`/contacts/${ANNA}`)).body).toEqual(body);
    expect((await book.service.get(`/contacts/${body.id}`)).body).toEqual(body);
    expect((await book.service.get(`/contacts/${body.id}/keys`)).body).toMatchObject({ id: body.id });
    expect((await book.service.get(`/contacts/${body.id}/picture`)).status).toBe(200);
    expect((await book.service.post(`/contacts/${body.id}/refresh`, {})).status).toBe(202);
  });

  it('does not find the ID of a contact of another account', async () => {
    await book.apply(saved(ANNA, 'Anna'));
    const { body } = await book.service.get<ContactDetailsDto>('/contacts/491701111111');
    const other = body.id.replace(/^c.{12}/, 'c000000000000');
    expect(await book.service.get(`/contacts/${other}`)).toMatchObject({
      status: 404,
      body: { message: `No contact found for ${other}.` },
    });
    await book.clear();
    await book.apply(saved(ANNA, 'Anna'));
    expect((await book.service.get(`/contacts/${body.id}`)).status).toBe(404);
  });

  it('redirects the ID of a merged contact to the one that remains', async () => {
    await book.apply({ pushNames: [{ address: ANNA_LID, name: 'anni', observedAt: EARLIER }] });
    const { body: former } = await book.service.get<ContactDetailsDto>(`/contacts/${ANNA_LID}`);
    // Merged twice: the contact of the LID into that of its new LID, and that one into the contact of the number.
    const lid = '222222222222222@lid' as Lid;
    await book.apply({ pushNames: [{ address: lid, name: 'anna', observedAt: EARLIER }] });
    await book.apply({ lidChanges: [{ oldLid: ANNA_LID, newLid: lid, observedAt: LATER }] });
    await book.apply({ ...saved(ANNA, 'Anna'), ...present });
    await book.apply({ mappings: [{ jid: ANNA, lid, observedAt: LATER }] });
    const { body: anna } = await book.service.get<ContactDetailsDto>('/contacts/491701111111');

    for (const path of ['', '/', '/picture', '/keys', '?fields=id,jid']) {
      const from = `http://127.0.0.1:${book.service.port}/sessions/default/contacts/${former.id}${path}`;
      const { status, headers } = await fetch(from, { redirect: 'manual' });
      expect([status, new URL(headers.get('location') ?? '', from).href]).toEqual([
        308,
        from.replace(former.id, anna.id),
      ]);
    }
    const moved = await book.service.request(`/contacts/${former.id}`, { redirect: 'manual' });
    expect(moved.headers.get('location')).toBe(anna.id);
    expect(moved.body).toMatchObject({ code: 'contact_merged' });
    expect((await book.service.get(`/contacts/${former.id}`)).body).toEqual(anna);
    expect((await book.service.post(`/contacts/${former.id}/refresh`, {})).status).toBe(202);
  });

  it('returns null for unknown values, and distinguishes hidden from empty about texts', async () => {
    await book.apply(saved(ANNA, 'Anna'));
    const get = async () => (await book.service.get<ContactDetailsDto>('/contacts/491701111111')).body;
    expect(await get()).toMatchObject({
      push_name: null,
      first_name: null,
      lid: null,
      business_name: null,
      is_business: null,
      about: null,
      picture: null,
      identity_key: null,
    });
    await book.apply({ abouts: [{ address: ANNA, text: '', setAt: null }] });
    expect((await get()).about).toMatchObject({ text: '', hidden: false, set_at: null });
    await book.apply({ abouts: [{ address: ANNA, text: null, setAt: null }] });
    expect((await get()).about).toMatchObject({ text: null, hidden: true, set_at: null });
  });

  it('returns the new and the previous number of a contact', async () => {
    const newJid = '491709999999@s.whatsapp.net' as Jid;
    await book.apply({
      ...saved(ANNA, 'Anna'),
      numberChanges: [{ oldJid: ANNA, newJid, oldLid: null, newLid: null, observedAt: new Date() }],
    });
    expect((await book.service.get('/contacts/491701111111')).body).toMatchObject({
      moved_to: newJid,
      full_name: 'Anna',
    });
    expect((await book.service.get('/contacts/491709999999')).body).toMatchObject({
      moved_from: ANNA,
      full_name: null,
    });
  });

  it.each([
    ['Brazil', '551187654321', '5511987654321'],
    ['Mexico', '525512345678', '5215512345678'],
    ['Argentina', '541123456789', '5491123456789'],
    ['Benin', '22997123456', '2290197123456'],
    ['Ivory Coast', '22508139912', '2250708139912'],
    ['Vietnam', '84321234567', '841621234567'],
  ])(
    'finds a contact from %s under either form of the number, the exact one first',
    async (_, short, long) => {
      await book.apply(saved(`${short}@s.whatsapp.net` as Jid, 'Short'));
      for (const path of [
        `/getcontact?phone=${long}`,
        `/contacts/${long}`,
        `/contacts/${long}@s.whatsapp.net`,
      ]) {
        expect((await book.service.get(path)).body).toMatchObject({
          jid: `${short}@s.whatsapp.net`,
          full_name: 'Short',
        });
      }
      await book.apply(saved(`${long}@s.whatsapp.net` as Jid, 'Long'));
      for (const path of ['/getcontact?phone=', '/contacts/']) {
        expect((await book.service.get(`${path}${long}`)).body).toMatchObject({ full_name: 'Long' });
        expect((await book.service.get(`${path}${short}`)).body).toMatchObject({ full_name: 'Short' });
      }
    },
  );

  it.each(['5', '12345', '123456'])(
    'returns the contact %s, which lists contain, on all routes',
    async (short) => {
      const jid = `${short}@s.whatsapp.net` as Jid;
      await book.apply(saved(jid, 'Service'));
      const { body: list } = await book.service.get<{ jid: string }[]>('/getcontacts');
      expect(list).toMatchObject([{ jid }]);
      const refreshed: number[] = [];
      for (const phone of [short, jid]) {
        const read = async (path: string) => (await book.service.get<Record<string, unknown>>(path)).body;
        expect(await read(`/getcontact?phone=${phone}`)).toMatchObject({ jid, full_name: 'Service' });
        expect(await read(`/contacts/${phone}`)).toMatchObject({ jid, phone: short });
        expect(await read(`/contacts/${phone}/keys`)).toMatchObject({ jid, keys: [] });
        expect(await read(`/contacts/${phone}/picture`)).toMatchObject({ code: 'picture_not_fetched' });
        const { status } = await book.service.request(`/contacts/${phone}/refresh`, { method: 'POST' });
        refreshed.push(status);
      }
      // The limit counts both forms of the address as one contact.
      expect(refreshed).toEqual([202, 429]);
    },
  );

  it.each([
    '+49 170 1111111',
    '0049 170 1111111',
    '+49 (0) 170/111-11.11',
    '(+49) 170 1111111',
    '\u202a+49 170 111\u00a0\u201011 11\u202c',
    '＋４９ １７０ １１１１１１１',
    '+٤٩ ١٧٠ ١١١١١١١',
    '491701111111@c.us',
  ])('accepts the number %s on all routes', async (phone) => {
    await book.apply({ ...saved(ANNA, 'Anna'), ...present });
    const inPath = `/contacts/${encodeURIComponent(phone)}`;
    const read = async (path: string) => (await book.service.get<Record<string, unknown>>(path)).body;
    const query = new URLSearchParams({ phone }).toString();
    expect(await read(`/getcontact?${query}`)).toMatchObject({ jid: ANNA, full_name: 'Anna' });
    expect(await read(`/getcontact?phone=${phone.replaceAll(/[^ -~]/g, encodeURIComponent)}`)).toMatchObject({
      jid: ANNA,
    });
    expect(await read(inPath)).toMatchObject({ jid: ANNA, full_name: 'Anna' });
    expect(await read(`${inPath}/keys`)).toMatchObject({ jid: ANNA });
    expect((await book.service.get(`${inPath}/picture`)).status).toBe(200);
    expect((await book.service.request(`${inPath}/refresh`, { method: 'POST' })).status).toBe(202);
    const { body } = await book.service.get<Problem>(`/contacts/${encodeURIComponent('+49 170 9999998')}`);
    expect(body.message).toBe('No contact found for 491709999998.');
  });

  it('returns each contact of a list by its number, JID, LID and username', async () => {
    const lid = '222222222222222@lid' as Lid;
    await book.apply({
      ...saved(ANNA, 'Anna'),
      mappings: [{ jid: ANNA, lid: ANNA_LID, observedAt: EARLIER }],
      pushNames: [{ address: lid, name: 'no number', observedAt: EARLIER }],
      usernames: [
        { address: ANNA, name: 'anna.a_1', observedAt: EARLIER },
        { address: lid, name: '?ó/&#% 1', observedAt: EARLIER },
      ],
    });
    await book.apply(saved('12345@s.whatsapp.net' as Jid, 'Service'));
    const { items } = (
      await book.service.get<{ items: Record<'id' | 'phone' | 'jid' | 'lid' | 'username', string | null>[] }>(
        '/contacts',
      )
    ).body;
    expect(items).toHaveLength(3);
    for (const { id, phone, jid, lid: itsLid, username } of items) {
      for (const reference of [phone, jid, itsLid, username && `@${username}`]) {
        if (reference === null) continue;
        const { body } = await book.service.get(`/contacts/${encodeURIComponent(reference)}`);
        expect([reference, body]).toEqual([reference, expect.objectContaining({ id })]);
      }
    }
  });

  it('returns the picture with its actual type, and 304 if it is unchanged', async () => {
    await book.apply(present);
    const url = `http://127.0.0.1:${book.service.port}/contacts/491701111111/picture`;
    const response = await fetch(url);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(PNG);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'private, no-cache',
      'content-length': String(PNG.length),
      'contacts-sync': 'complete',
      'x-content-type-options': 'nosniff',
    });
    const etag = response.headers.get('etag')!;
    expect(etag).toMatch(/^"[^"]+"$/);
    const again = await fetch(url, { headers: { 'If-None-Match': `"other", W/${etag}` } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect((await fetch(url, { headers: { 'If-None-Match': '"other"' } })).status).toBe(200);
  });

  it('reports why a picture is missing', async () => {
    const get = async () => (await book.service.get<Problem>('/contacts/491701111111/picture')).body;
    await book.apply(saved(ANNA, 'Anna'));
    expect(await get()).toMatchObject({
      statusCode: 404,
      message: expect.stringContaining('not been fetched yet') as unknown as string,
    });
    await book.apply(pictured('none'));
    expect(await get()).toMatchObject({ statusCode: 404, message: 'This contact has no profile picture.' });
    await book.apply(pictured('hidden'));
    expect(await get()).toMatchObject({
      statusCode: 404,
      message: expect.stringContaining('does not show') as unknown as string,
    });
  });

  it('fetches an evicted picture again on request', async () => {
    await book.apply(present);
    await book.dataSource.query('UPDATE contact_picture SET bytes = NULL, size_bytes = NULL');
    const { status, body } = await book.service.get<Problem>('/contacts/491701111111/picture');
    expect([status, body.message]).toEqual([
      404,
      expect.stringContaining('fetched again') as unknown as string,
    ]);
    const waiting = await book.dataSource.query<unknown[]>(
      'SELECT jid FROM contact WHERE profile_requested_at IS NOT NULL',
    );
    expect(waiting).toEqual([{ jid: ANNA }]);
    const refresh = await book.service.post<Problem>('/contacts/491701111111/refresh', {});
    expect(refresh.status).toBe(429);
  });

  it.each([
    '/contacts/491701111111',
    '/getcontact?phone=491701111111',
    '/sessions/default/contacts/491701111111',
  ])('answers 304 at %s while the contact stays the same', async (path) => {
    await book.apply(saved(ANNA, 'Anna'));
    const ask = (etag: string) => book.service.request(path, { headers: { 'If-None-Match': etag } });
    const { headers, text } = await book.service.get(path);
    const etag = headers.get('etag') as string;
    expect([etag, headers.get('cache-control')]).toEqual([
      expect.stringMatching(/^"[\w-]+"$/),
      'private, no-cache',
    ]);
    expect(headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
    const same = await ask(`"other", W/${etag}`);
    expect([same.status, same.text, same.headers.get('etag')]).toEqual([304, '', etag]);
    expect(same.headers.get('contacts-sync')).toBe('complete');
    await book.apply(saved(ANNA, 'Änna'));
    const changed = await ask(etag);
    expect([changed.status, changed.text]).toEqual([200, expect.stringContaining('Änna')]);
  });

  it('lists all identity keys, the current one first', async () => {
    await book.apply({ identityKeys: [{ address: ANNA, key: KEY_A, seenAt: EARLIER }] });
    await book.apply({ identityKeys: [{ address: ANNA, key: KEY_B, seenAt: LATER }] });
    const { body } = await book.service.get<ContactKeysDto>('/contacts/491701111111/keys');
    expect(body.keys.map(({ key, current, first_seen_at }) => [key, current, first_seen_at])).toEqual([
      [KEY_B.toString('base64'), true, LATER.toISOString()],
      [KEY_A.toString('base64'), false, EARLIER.toISOString()],
    ]);
  });

  it('accepts one request per minute to refresh a contact', async () => {
    await book.apply(saved(ANNA, 'Anna'));
    const refresh = () => book.service.request<Problem>('/contacts/491701111111/refresh', { method: 'POST' });
    expect((await refresh()).status).toBe(202);
    const waiting = await book.dataSource.query<unknown[]>(
      'SELECT jid FROM contact WHERE profile_requested_at IS NOT NULL',
    );
    expect(waiting).toEqual([{ jid: ANNA }]);
    const { status, headers, body } = await refresh();
    expect(status).toBe(429);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(50);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(body).toMatchObject({ statusCode: 429, error: 'Too Many Requests' });
    await book.dataSource.query(`UPDATE refresh_request SET asked_at = now() - interval '61 s'`);
    expect((await refresh()).status).toBe(202);
  });

  it('accepts 30 refresh requests per minute, regardless of how many arrive at once', async () => {
    const phones = Array.from({ length: 40 }, (_, i) => `4917055500${10 + i}`);
    await book.apply({
      saved: phones.map((phone) => ({
        address: `${phone}@s.whatsapp.net` as Jid,
        fullName: 'x',
        firstName: null,
      })),
    });
    const answers = await Promise.all(
      phones.map((phone) => book.service.request(`/contacts/${phone}/refresh`, { method: 'POST' })),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(30);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(10);
  });

  describe('looking up many contacts', () => {
    interface Lookup extends Problem {
      items: { query: string; contact: Partial<ContactDetailsDto> | null }[];
    }
    const lookUp = (body: object, prefix = '') =>
      book.service.post<Lookup>(`${prefix}/contacts/lookup`, body);

    it('returns each as GET /contacts/{phone} does, in the order of the request', async () => {
      const short = '525512345678@s.whatsapp.net' as Jid;
      await book.apply({
        saved: [ANNA, short].map((address) => ({ address, fullName: 'Anna', firstName: null })),
        mappings: [{ jid: ANNA, lid: ANNA_LID, observedAt: LATER }],
        usernames: [{ address: ANNA, name: 'Anna.A', observedAt: EARLIER }],
        identityKeys: [{ address: ANNA, key: KEY_A, seenAt: EARLIER }],
        ...present,
      });
      const { body: anna } = await book.service.get<ContactDetailsDto>('/contacts/491701111111');
      const { body: other } = await book.service.get<ContactDetailsDto>('/contacts/525512345678');
      const contacts: [string, ContactDetailsDto | null][] = [
        ['5215512345678', other],
        ['491709999999', null],
        [ANNA_LID, anna],
        ['@anna.a', anna],
        [anna.id, anna],
        [ANNA, anna],
        [ANNA, anna],
        ['c000000000000-1', null],
        ['@nobody', null],
        ['525512345678', other],
      ];
      const { status, headers, body } = await lookUp({ contacts: contacts.map(([query]) => query) });
      expect([status, headers.get('contacts-sync')]).toEqual([200, 'complete']);
      expect(body.items).toEqual(contacts.map(([query, contact]) => ({ query, contact })));
    });

    it('prefers the requested form of a number', async () => {
      const [short, long] = ['525512345678', '5215512345678'];
      await book.apply({
        saved: [short, long].map((phone) => ({
          address: `${phone}@s.whatsapp.net` as Jid,
          fullName: phone,
          firstName: null,
        })),
      });
      const { body } = await lookUp({ contacts: [long, short], fields: ['full_name'] });
      expect(body.items.map(({ contact }) => contact)).toEqual([{ full_name: long }, { full_name: short }]);
    });

    it('follows former LIDs and the IDs of merged contacts', async () => {
      const lid = '222222222222222@lid' as Lid;
      await book.apply({ pushNames: [{ address: ANNA_LID, name: 'anni', observedAt: EARLIER }] });
      const { body: former } = await book.service.get<ContactDetailsDto>(`/contacts/${ANNA_LID}`);
      await book.apply({ lidChanges: [{ oldLid: ANNA_LID, newLid: lid, observedAt: LATER }] });
      await book.apply(saved(ANNA, 'Anna'));
      await book.apply({ mappings: [{ jid: ANNA, lid, observedAt: LATER }] });
      const { body } = await lookUp({ contacts: [ANNA_LID, former.id, ANNA], fields: ['id', 'lid'] });
      const [first, ...others] = body.items.map(({ contact }) => contact);
      expect(first).toMatchObject({ lid });
      expect(first?.id).not.toBe(former.id);
      expect(others).toEqual([first, first]);
    });

    it('checks no numbers if CHECKS_PER_DAY is 0', async () => {
      const request = { contacts: ['491709999999'], check: true };
      const { body } = await book.service.post<LookedUpContactsDto>('/contacts/lookup', request);
      expect(body.items[0]?.check).toMatchObject({ on_whatsapp: null, reason: 'disabled' });
      expect(body.checks).toMatchObject({ limit: 0, remaining: 0, stopped: null });
    });

    it('returns 1,000 contacts with the requested fields', async () => {
      const phones = Array.from({ length: 1_000 }, (_, i) => String(491_705_550_000 + i));
      await book.apply({
        saved: phones.slice(0, 500).map((phone) => ({
          address: `${phone}@s.whatsapp.net` as Jid,
          fullName: `Person ${phone}`,
          firstName: null,
        })),
      });
      const { body } = await lookUp(
        { contacts: phones.toReversed(), fields: ['phone', 'full_name'] },
        '/sessions/default',
      );
      expect(body.items).toEqual(
        phones
          .map((phone, i) => ({
            query: phone,
            contact: i < 500 ? { phone, full_name: `Person ${phone}` } : null,
          }))
          .reverse(),
      );
    });

    it.each([
      [{ contacts: ['491701111111', 'nonsense'] }, 'Invalid contacts[1] "nonsense": use a number'],
      [{ contacts: ['491701111111', 491701111111] }, 'Invalid contacts[1] 491701111111: use'],
      [{ contacts: [''] }, 'Missing contacts[0]: use'],
      [{ contacts: [] }, 'Invalid contacts []: use a list of 1 to 1000'],
      [
        { contacts: Array.from({ length: 1_001 }, () => '491701111111') },
        'Invalid contacts: use a list of 1 to 1000',
      ],
      [{}, 'Missing contacts'],
      [
        { contacts: ['491701111111'], fields: ['names'] },
        'Unknown field "names" in fields: use a list of id, jid,',
      ],
    ])('rejects a malformed request (%#)', async (request, message) => {
      const { status, body } = await lookUp(request);
      expect([status, body.message]).toEqual([400, expect.stringContaining(message)]);
    });

    it('fails while no account is linked', async () => {
      await book.dataSource.query('UPDATE session SET account_id = NULL, is_linked = false');
      expect((await lookUp({ contacts: ['491701111111'] })).status).toBe(503);
      expect((await lookUp({ contacts: ['491701111111'] }, '/sessions/nosuch')).status).toBe(404);
    });
  });

  describe.each(['', '/picture', '/keys'])('at /contacts/{phone}%s', (path) => {
    it.each(['%2B', '1234567890123456', 'anna', '49170x1', '120363012345678901@g.us'])(
      'rejects %s with the correct form and an example',
      async (phone) => {
        const { status, body } = await book.service.get<Problem>(`/contacts/${phone}${path}`);
        expect(status).toBe(400);
        const form = 'use a number with country code, for example /contacts/491701234567 or +49 170 1234567';
        expect(body.message).toContain(`Invalid phone "${decodeURIComponent(phone)}": ${form}`);
      },
    );

    it.each(['0170111', '0170%20111', '(0)170-111'])('requests the country code of %s', async (phone) => {
      const { status, body } = await book.service.get<Problem>(`/contacts/${phone}${path}`);
      expect([status, body.message]).toEqual([
        400,
        `Invalid phone "${decodeURIComponent(phone)}": use the country code in place of the leading 0, for example ` +
          '491701234567 or +49 170 1234567.',
      ]);
    });

    it('answers 404 for an unknown contact', async () => {
      const { status, headers, body } = await book.service.get<Problem>(`/contacts/491709999998${path}`);
      expect([status, headers.get('contacts-sync')]).toEqual([404, 'complete']);
      expect(body).toEqual({
        statusCode: 404,
        error: 'Not Found',
        message: 'No contact found for 491709999998.',
        code: 'contact_not_found',
      });
    });

    it('answers 503 with linking instructions while no account is linked', async () => {
      await book.dataSource.query('UPDATE session SET account_id = NULL, is_linked = false');
      const { status, body } = await book.service.get<Problem>(`/contacts/491701111111${path}`);
      expect([status, body.message]).toEqual([503, expect.stringContaining('Link a device')]);
    });
  });

  it('answers 404 for the number of a WhatsApp bot', async () => {
    expect((await book.service.get('/getcontact?phone=13135550002@s.whatsapp.net')).status).toBe(404);
  });
});
