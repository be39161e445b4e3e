import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ContactDetailsDto, ContactKeysDto } from '../../src/api/contacts/contact-details.dto.js';
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
    book = await ServedAddressBook.start();
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
      id: expect.stringMatching(/^c\d+$/),
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

  describe.each(['', '/picture', '/keys'])('at /contacts/{phone}%s', (path) => {
    it.each(['%2B491701111111', '0170111', '1234567890123456', 'anna', '49170-1', '120363012345678901@g.us'])(
      'rejects %s with the correct form and an example',
      async (phone) => {
        const { status, body } = await book.service.get<Problem>(`/contacts/${phone}${path}`);
        expect(status).toBe(400);
        expect(body.message).toContain(`Invalid phone "${decodeURIComponent(phone)}": use up to 15 digits`);
        expect(body.message).toContain('/contacts/491701234567');
      },
    );

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
