import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { StreamTicketDto } from '../../src/api/changes/changes.dto.js';
import type { ContactDetailsDto } from '../../src/api/contacts/contact-details.dto.js';
import type { CreatedKeyDto } from '../../src/api/keys/keys.dto.js';
import { MASTER } from '../access/access-world.js';
import { jidOf, ServedAddressBook } from '../contacts/served-address-book.js';
import { StreamReader } from '../feed/stream-reader.js';
import { ReverseProxy } from '../support/reverse-proxy.js';
import { eventually, type RequestOptions, Service } from '../support/service.js';

const ORIGIN = 'https://app.example.com';
const HOOK = 'http://127.0.0.1:9/hook';
const UNKNOWN = '/contacts/491709999999';
const EVERYTHING = { name: 'a test', scopes: ['contacts:read'] };

describe('the API', () => {
  let book: ServedAddressBook;
  let other: Service;
  const environment = {
    API_KEY: MASTER,
    CORS_ORIGINS: ORIGIN,
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    TRUSTED_PROXIES: '127.0.0.3',
    WEBHOOKS_ALLOW_PRIVATE: '127.0.0.0/8',
  };

  beforeAll(async () => {
    book = await ServedAddressBook.start(environment);
    other = await Service.start({ DATABASE_URL: book.database.url, ROLE: 'api', ...environment });
  });

  afterAll(async () => {
    await other.stop();
    await book.stop();
  });

  beforeEach(async () => {
    await book.clear();
    await book.save('Anna', 'Ben');
  });

  const ask = <Body = { code: string; message: string }>(path: string, options: RequestOptions = {}) =>
    book.service.request<Body>(path, { key: MASTER, ...options });
  const createKey = async (fields: object = {}) =>
    (await ask<CreatedKeyDto>('/keys', { method: 'POST', json: { ...EVERYTHING, ...fields } })).body;

  describe('returns errors', () => {
    it.each([
      ['application/problem+json', true],
      ['application/problem+json, application/json;q=0.9', true],
      ['application/json, application/problem+json', false],
      ['*/*', false],
      ['text/html', false],
    ])('uses problem details for Accept %s: %s', async (accept, isProblem) => {
      const { status, headers, body } = await ask(UNKNOWN, { headers: { accept } });
      const code = 'contact_not_found';
      const text = 'No contact found for 491709999999.';
      expect([status, headers.get('vary')]).toEqual([404, expect.stringContaining('Accept')]);
      expect(headers.get('content-type')).toMatch(
        isProblem ? /^application\/problem\+json/ : /^application\/json/,
      );
      expect(body).toEqual(
        isProblem
          ? { type: `urn:whatsapp-contacts:error:${code}`, title: 'Not Found', status, detail: text, code }
          : { statusCode: 404, error: 'Not Found', message: text, code },
      );
    });

    it('omits Retry-After if waiting does not help', async () => {
      await book.dataSource.query('UPDATE session SET account_id = NULL, is_linked = false');
      const { status, headers, body } = await ask('/contacts');
      expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'no_account_linked', null]);
    });
  });

  describe('reports the rate limit of a key', () => {
    const budgetOf = (headers: Headers) => {
      const [, remaining, seconds] = /^"key";r=(\d+);t=(\d+)$/.exec(headers.get('ratelimit') ?? '') ?? [];
      return { remaining: Number(remaining), seconds: Number(seconds) };
    };

    it('returns remaining requests and seconds, also in errors', async () => {
      const { key } = await createKey({ requests_per_minute: 3 });
      const read = async () => (await ask('/contacts', { key })).headers;
      const first = await read();
      expect(first.get('ratelimit-policy')).toBe('"key";q=3;w=60');
      expect(budgetOf(first).remaining).toBe(2);
      expect(budgetOf(first).seconds).toBeLessThanOrEqual(60);
      expect(budgetOf((await ask(UNKNOWN, { key })).headers).remaining).toBe(1);
      expect(budgetOf(await read()).remaining).toBe(0);
      const refused = await read();
      expect(budgetOf(refused)).toEqual({ remaining: 0, seconds: Number(refused.get('retry-after')) });
      expect(refused.get('ratelimit-policy')).toBe('"key";q=3;w=60');
    });

    it('counts requests to other processes', async () => {
      const { key } = await createKey({ requests_per_minute: 1_000 });
      const read = async (service = book.service) =>
        budgetOf((await service.request('/contacts', { key })).headers);
      let here = 0;
      await eventually('the count includes requests to the other process', async () => {
        await read(other);
        here += 1;
        return (await read()).remaining < 1_000 - here;
      });
    });

    it('omits them for keys without a limit', async () => {
      const { headers } = await ask('/contacts');
      expect([headers.get('ratelimit'), headers.get('ratelimit-policy')]).toEqual([null, null]);
    });
  });

  describe('behind a reverse proxy below /wa', () => {
    let proxy: ReverseProxy;
    let untrusted: ReverseProxy;

    beforeAll(async () => {
      proxy = await ReverseProxy.start(book.service.port, { prefix: '/wa', from: '127.0.0.3' });
      untrusted = await ReverseProxy.start(book.service.port, { prefix: '/wa', from: '127.0.0.4' });
    });

    afterAll(async () => {
      await proxy.stop();
      await untrusted.stop();
    });

    const through = async (by: ReverseProxy, path: string, init: RequestInit = {}) => {
      const headers = { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' };
      const response = await fetch(`${by.url}${path}`, { ...init, headers });
      return { headers: response.headers, body: (await response.json()) as Record<string, unknown> };
    };
    const post = (by: ReverseProxy, path: string, json: object) =>
      through(by, path, { method: 'POST', body: JSON.stringify(json) });

    it('returns paths with the prefix', async () => {
      await book.apply({
        pictures: [{ address: jidOf(10), state: 'present', id: '1', bytes: Buffer.from('x') }],
      });
      const { body } = await through(proxy, '/contacts/491700000010');
      const { picture } = body as unknown as ContactDetailsDto;
      expect(picture?.url).toBe('/wa/contacts/491700000010/picture');
      const { items } = (await through(proxy, '/changes')).body as {
        items: { contact: ContactDetailsDto }[];
      };
      expect(items.at(-1)?.contact.picture?.url).toBe('/wa/contacts/491700000010/picture');
      const params = { name: 'look_up_people', arguments: { contacts: ['491700000010'] } };
      const mcp = await post(proxy, '/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/call', params });
      expect(JSON.stringify(mcp.body)).toContain('"/wa/contacts/491700000010/picture"');
      const { headers } = await post(proxy, '/keys', EVERYTHING);
      expect(headers.get('location')).toMatch(/^\/wa\/keys\/[0-9a-f]{12}$/);
      const created = await through(proxy, (headers.get('location') ?? '').slice('/wa'.length));
      expect(created.body).toMatchObject({ name: 'a test' });
    });

    it('prints paths that work in texts', async () => {
      const unknown = await through(proxy, '/keys/000000000000');
      expect(unknown.body.message).toContain('GET /wa/keys lists all keys');
      await book.dataSource.query('UPDATE session SET account_id = NULL, is_linked = false');
      const unlinked = await through(proxy, '/contacts');
      expect(unlinked.body.message).toContain('Open /wa/session/qr in a browser');
      const created = await post(proxy, '/sessions', { name: 'behind' });
      expect(created.headers.get('location')).toBe('/wa/sessions/behind');
      const named = await through(proxy, '/sessions/behind/contacts');
      expect(named.body.message).toContain('Open /wa/sessions/behind/session/qr in a browser');
    });

    it('prints paths that work in texts of sessions and webhooks', async () => {
      const created = await post(proxy, '/webhooks', { url: HOOK });
      expect(created.headers.get('location')).toMatch(/^\/wa\/webhooks\/wh_[0-9a-f]{16}$/);
      const path = (created.headers.get('location') ?? '').slice('/wa'.length);
      const paused = { method: 'PATCH', body: JSON.stringify({ paused: true }) };
      const reason = 'Paused on request. POST /wa/webhooks/{id}/resume continues.';
      expect((await through(proxy, path, paused)).body.reason).toBe(reason);
      expect((await through(proxy, path)).body.reason).toBe(reason);
      const { items } = (await through(proxy, '/webhooks')).body as { items: { reason: string | null }[] };
      expect(items.at(-1)?.reason).toBe(reason);
      const processId = randomUUID();
      await book.dataSource.query(
        `WITH p AS (INSERT INTO session_process (id, expires_at) VALUES ($1, now() + interval '1 h') RETURNING id)
         UPDATE session SET advice = 'Open /session/qr in a browser.', process_id = p.id FROM p`,
        [processId],
      );
      expect((await through(proxy, '/session')).body.advice).toBe('Open /wa/session/qr in a browser.');
      await book.dataSource.query('DELETE FROM session_process WHERE id = $1', [processId]);
    });

    it('returns paths of pictures with the prefix in lists, lookups and exports', async () => {
      await book.apply({
        pictures: [{ address: jidOf(10), state: 'present', id: '2', bytes: Buffer.from('y') }],
      });
      const url = '/wa/contacts/491700000010/picture';
      type Contacts = { items: Partial<ContactDetailsDto>[] };
      const list = (await through(proxy, '/contacts')).body as unknown as Contacts;
      expect(list.items.map(({ picture }) => picture?.url)).toContain(url);
      const lookup = await post(proxy, '/contacts/lookup', { contacts: ['491700000010'] });
      expect(lookup.body).toMatchObject({ items: [{ contact: { picture: { url } } }] });
      const lines = await fetch(`${proxy.url}/contacts.ndjson`, { headers: { 'x-api-key': MASTER } });
      expect(await lines.text()).toContain(`"url":"${url}"`);
    });

    it('separates callers by X-Forwarded-For of trusted proxies', async () => {
      const { DATABASE_URL, TRUSTED_PROXIES } = { DATABASE_URL: book.database.url, ...environment };
      const open = await Service.start({ DATABASE_URL, TRUSTED_PROXIES, ROLE: 'api' });
      const statusesFrom = async (from: string) => {
        const headers = { 'idempotency-key': randomUUID(), 'content-type': 'application/json' };
        const statuses: number[] = [];
        for (const forwardedFor of ['192.0.2.1', '192.0.2.2']) {
          const by = await ReverseProxy.start(open.port, { prefix: '/wa', from, forwardedFor });
          const body = JSON.stringify({ name: `s-${randomUUID().slice(0, 8)}` });
          statuses.push((await fetch(`${by.url}/sessions`, { method: 'POST', headers, body })).status);
          await by.stop();
        }
        return statuses;
      };
      expect(await statusesFrom('127.0.0.3')).toEqual([201, 201]);
      expect(await statusesFrom('127.0.0.4')).toEqual([201, 422]);
      await open.stop();
    });

    it('has an OpenAPI document with a relative address', async () => {
      const { body } = await through(proxy, '/api-docs.json');
      const [server] = body.servers as { url: string }[];
      expect(new URL(server?.url ?? '', `${proxy.url}/api-docs.json`).href).toBe(`${proxy.url}/`);
    });

    it('ignores X-Forwarded-Prefix from other addresses, and prefixes that are not paths', async () => {
      expect((await through(untrusted, '/keys/000000000000')).body.message).toContain('GET /keys lists');
      for (const forwardedPrefix of ['//evil.example.com', 'https://evil.example.com', '/a b', '/a/../b']) {
        const options = { prefix: '/wa', from: '127.0.0.3', forwardedPrefix };
        const strange = await ReverseProxy.start(book.service.port, options);
        expect((await through(strange, '/keys/000000000000')).body.message).toContain('GET /keys lists');
        await strange.stop();
      }
    });
  });

  describe('in browsers', () => {
    it('accepts preflights and requests of pages from CORS_ORIGINS', async () => {
      const preflight = await ask('/keys', {
        method: 'OPTIONS',
        key: null,
        headers: {
          origin: ORIGIN,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,idempotency-key',
        },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
      expect(preflight.headers.get('access-control-allow-headers')).toContain('idempotency-key');
      for (const path of ['/contacts', UNKNOWN, '/api-docs.json']) {
        const { headers } = await ask(path, { headers: { origin: ORIGIN } });
        expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
        expect(headers.get('access-control-expose-headers')).toContain('Changes-Next');
        expect(headers.get('access-control-allow-credentials')).toBeNull();
        expect(headers.get('vary')).toMatch(/Origin/);
      }
      expect((await ask('/contacts', { key: null, headers: { origin: ORIGIN } })).status).toBe(401);
    });

    it('does not allow other origins', async () => {
      for (const origin of ['https://app.example.com.evil.example', 'http://app.example.com', 'null']) {
        const { headers } = await ask('/contacts', { headers: { origin } });
        expect([headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([
          null,
          expect.stringContaining('Origin'),
        ]);
      }
    });

    it('still allows web.whatsapp.com to use the passkey routes', async () => {
      const { headers } = await ask('/session/passkey', {
        method: 'OPTIONS',
        key: null,
        headers: { origin: 'https://web.whatsapp.com', 'access-control-request-method': 'POST' },
      });
      expect(headers.get('access-control-allow-origin')).toBe('https://web.whatsapp.com');
    });
  });

  describe('with an Idempotency-Key', () => {
    const create = (key: string, fields: object = {}, service = book.service) =>
      service.request<CreatedKeyDto & { code: string }>('/keys', {
        method: 'POST',
        key: MASTER,
        json: { ...EVERYTHING, ...fields },
        headers: { 'idempotency-key': key },
      });
    const namesOf = async () =>
      (await ask<{ items: { name: string }[] }>('/keys')).body.items.map(({ name }) => name);

    it('creates one key, and returns it again on every replica', async () => {
      const name = randomUUID();
      const first = await create(name, { name });
      const second = await create(`"${name}"`, { name }, other);
      expect([first.status, second.status]).toEqual([201, 201]);
      expect(second.body).toEqual(first.body);
      const headersOf = ({ headers }: typeof first) => [
        headers.get('location'),
        headers.get('idempotent-replayed'),
      ];
      expect([headersOf(first), headersOf(second)]).toEqual([
        [`/keys/${first.body.id}`, null],
        [`/keys/${first.body.id}`, 'true'],
      ]);
      expect((await namesOf()).filter((each) => each === name)).toHaveLength(1);
      const rows = await book.database.query<{ row: string }>(
        'SELECT r::text AS row FROM idempotent_request r',
      );
      expect(rows.some(({ row }) => row.includes(first.body.key) || row.includes(name))).toBe(false);
    });

    it('creates one resource if the same request arrives several times at once', async () => {
      const name = randomUUID();
      const sent = Array.from({ length: 8 }, (_, i) => create(name, { name }, i % 2 ? other : book.service));
      const statuses = new Set((await Promise.all(sent)).map(({ status }) => status));
      expect([...statuses].filter((status) => status !== 201 && status !== 409)).toEqual([]);
      expect((await namesOf()).filter((each) => each === name)).toHaveLength(1);
    });

    it('rejects another body, and accepts the key for other callers and routes', async () => {
      const key = randomUUID();
      await create(key);
      const { status, body } = await create(key, { name: 'another' });
      expect([status, body.code]).toEqual([422, 'idempotency_key_reused']);
      const { key: admin } = await createKey({ scopes: ['admin'] });
      const headers = { 'idempotency-key': key };
      const json = { ...EVERYTHING, name: 'another' };
      expect((await ask('/keys', { method: 'POST', key: admin, json, headers })).status).toBe(201);
      const session = { name: `s-${key.slice(0, 8)}` };
      for (const replayed of [null, 'true']) {
        const created = await ask('/sessions', { method: 'POST', json: session, headers });
        expect([created.status, created.headers.get('idempotent-replayed')]).toEqual([201, replayed]);
      }
    });

    const createWebhook = async () =>
      `/webhooks/${(await ask<{ id: string }>('/webhooks', { method: 'POST', json: { url: HOOK } })).body.id}`;

    it.each([
      ['/keys', async () => '/keys', EVERYTHING],
      ['/sessions', async () => '/sessions', { name: 'repeated' }],
      ['/webhooks', async () => '/webhooks', { url: HOOK }],
      [
        '/webhooks/{id}/replay',
        async () => `${await createWebhook()}/replay`,
        { after: 1, session: 'default' },
      ],
      ['/webhooks/{id}/rotate', async () => `${await createWebhook()}/rotate`, undefined],
    ])('runs POST %s once', async (_, pathOf, json) => {
      const path = await pathOf();
      const send = (service: Service) =>
        service.request(path, {
          method: 'POST',
          key: MASTER,
          json,
          headers: { 'idempotency-key': `once ${path}`.replace(' ', '-') },
        });
      const state = () =>
        book.database.query(
          `SELECT (SELECT count(*) FROM api_key) AS keys, (SELECT count(*) FROM session) AS sessions,
             (SELECT json_agg(w.secret ORDER BY id) FROM webhook w) AS secrets`,
        );
      const first = await send(book.service);
      const after = await state();
      const second = await send(other);
      expect(second).toMatchObject({ status: first.status, text: first.text });
      expect([first, second].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([
        null,
        'true',
      ]);
      expect(second.headers.get('location')).toBe(first.headers.get('location'));
      expect(await state()).toEqual(after);
    });

    const countWebhooks = async () => (await book.database.query('SELECT id FROM webhook')).length;

    it('does not run a request again that failed for an unknown reason', async () => {
      const key = randomUUID();
      const send = () =>
        ask('/webhooks', { method: 'POST', json: { url: HOOK }, headers: { 'idempotency-key': key } });
      const before = await countWebhooks();
      await book.dataSource.query(
        `CREATE FUNCTION test_fail() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'away' USING ERRCODE = '57P03'; END $$;
         CREATE TRIGGER test_fail BEFORE INSERT ON webhook FOR EACH ROW EXECUTE FUNCTION test_fail()`,
      );
      const failed = await send();
      await book.dataSource.query('DROP FUNCTION test_fail CASCADE');
      expect([failed.status, failed.body.code]).toEqual([503, 'database_unavailable']);
      const again = await send();
      expect([again.status, again.body.code]).toEqual([409, 'request_in_progress']);
      expect(await countWebhooks()).toBe(before);
    });

    it('does not create a webhook whose response cannot be built', async () => {
      const before = await countWebhooks();
      await book.dataSource.query(
        `CREATE FUNCTION test_overflow() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN NEW.position := -9223372036854775808; RETURN NEW; END $$;
         CREATE TRIGGER test_overflow BEFORE INSERT ON webhook_cursor FOR EACH ROW EXECUTE FUNCTION test_overflow()`,
      );
      const { status } = await ask('/webhooks', { method: 'POST', json: { url: HOOK } });
      await book.dataSource.query('DROP FUNCTION test_overflow CASCADE');
      expect([status, await countWebhooks()]).toEqual([500, before]);
    });

    it('runs a request whose earlier copy is rejected in the same moment', async () => {
      const key = randomUUID();
      await create(key);
      await book.dataSource.query(
        `UPDATE idempotent_request SET response = NULL;
         CREATE FUNCTION test_reject() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN
             IF NOT EXISTS (SELECT FROM added) THEN DELETE FROM idempotent_request; END IF;
             RETURN NULL;
           END $$;
         CREATE TRIGGER test_reject AFTER INSERT ON idempotent_request REFERENCING NEW TABLE AS added
           FOR EACH STATEMENT EXECUTE FUNCTION test_reject()`,
      );
      const { status } = await create(key);
      await book.dataSource.query('DROP FUNCTION test_reject CASCADE');
      expect(status).toBe(201);
    });

    it('does not store rejected requests', async () => {
      const key = randomUUID();
      expect((await create(key, { scopes: [] })).status).toBe(400);
      expect((await create(key)).status).toBe(201);
    });

    it('does not run a request again that did not finish', async () => {
      const key = randomUUID();
      const { id } = (await create(key)).body;
      const left = (age: string) =>
        book.dataSource.query(
          `UPDATE idempotent_request SET response = NULL, created_at = now() - $1::interval
           WHERE created_at = (SELECT max(created_at) FROM idempotent_request)`,
          [age],
        );
      await left('0 s');
      const running = await create(key);
      expect([running.status, running.body.code, running.headers.get('retry-after')]).toEqual([
        409,
        'request_in_progress',
        '1',
      ]);
      await left('2 min');
      expect((await create(key)).headers.get('retry-after')).toBeNull();
      await book.dataSource.query('UPDATE idempotent_request SET expires_at = now()');
      const again = await create(key);
      expect([again.status, again.body.id === id]).toEqual([201, false]);
    });

    it('limits the keys of a caller', async () => {
      await book.dataSource.query(
        `INSERT INTO idempotent_request (id, caller, request_hash, expires_at)
         SELECT i, 'API_KEY', '', now() + interval '1 min' FROM generate_series(1, 1000) i`,
      );
      const { status, body } = await create(randomUUID());
      expect([status, body.code]).toEqual([429, 'idempotency_limited']);
      await book.dataSource.query('DELETE FROM idempotent_request');
    });

    it.each(['a b', 'a,b"', 'x'.repeat(256)])('rejects the key %j', async (key) => {
      const { status, body } = await create(key);
      expect([status, body.code]).toEqual([400, 'invalid_request']);
    });
  });

  describe('streams changes to callers with a ticket', () => {
    const readers: StreamReader[] = [];

    afterEach(() => readers.splice(0).forEach((reader) => reader.close()));

    const ticketOf = async (key: string, prefix = '') =>
      (await ask<StreamTicketDto>(`${prefix}/changes/stream-ticket`, { method: 'POST', key })).body.ticket;
    const open = (ticket: string, { prefix = '', service = book.service } = {}) => {
      const url = `http://127.0.0.1:${service.port}${prefix}/changes/stream?ticket=${ticket}`;
      const reader = new StreamReader(url);
      readers.push(reader);
      return reader;
    };
    const isRefused = (reader: StreamReader) =>
      eventually('the stream is refused', async () => reader.refusals.includes(401));

    it('accepts a ticket on every replica, once', async () => {
      const ticket = await ticketOf(MASTER);
      const reader = await open(ticket, { service: other }).opened();
      await book.save('Cleo');
      expect((await reader.has(1)).length).toBeGreaterThan(0);
      await isRefused(open(ticket));
      await isRefused(open(ticket, { service: other }));
      expect(`${book.service.output}${other.output}`).not.toContain(ticket);
    });

    it('rejects a ticket for another session, and an expired one', async () => {
      await isRefused(open(await ticketOf(MASTER), { prefix: '/sessions/sales' }));
      const ticket = await ticketOf(MASTER, '/sessions/default');
      const rows = await book.database.query<{ row: string }>(
        `SELECT encode(hash, 'escape') AS row FROM stream_ticket`,
      );
      expect(rows.some(({ row }) => row.includes(ticket))).toBe(false);
      await book.dataSource.query('UPDATE stream_ticket SET expires_at = now()');
      await isRefused(open(ticket));
      await isRefused(open('wst_nonsense'));
    });

    it('ends when the key of the ticket is deleted', async () => {
      const { id, key } = await createKey();
      const reader = await open(await ticketOf(key)).opened();
      const unused = await ticketOf(key);
      await ask(`/keys/${id}`, { method: 'DELETE' });
      await isRefused(open(unused));
      await book.save('Dora');
      await eventually('the stream ends', async () => !reader.isOpen);
      await isRefused(reader);
    });

    it('deletes nothing for tickets that do not exist', async () => {
      await book.dataSource.query(
        `CREATE FUNCTION test_deletes() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'a delete'; END $$;
         CREATE TRIGGER test_deletes BEFORE DELETE ON stream_ticket FOR EACH STATEMENT
           EXECUTE FUNCTION test_deletes()`,
      );
      const { status, body } = await ask(`/changes/stream?ticket=wst_${'x'.repeat(43)}`, { key: null });
      await book.dataSource.query('DROP FUNCTION test_deletes CASCADE');
      expect([status, body.code]).toEqual([401, 'ticket_invalid']);
    });

    it('limits the unused tickets of a key', async () => {
      const { id, key } = await createKey();
      await book.dataSource.query(
        `INSERT INTO stream_ticket (hash, key_id, session, expires_at)
         SELECT sha256(i::text::bytea), $1, 'default', now() + interval '1 min' FROM generate_series(1, 999) i`,
        [id],
      );
      await ticketOf(key);
      const refused = await ask('/changes/stream-ticket', { method: 'POST', key });
      expect([refused.status, refused.body.code]).toEqual([429, 'tickets_limited']);
      await ticketOf(MASTER);
    });

    it('requires the scope of the stream to create a ticket', async () => {
      const { key } = await createKey({ scopes: ['session:read'] });
      expect((await ask('/changes/stream-ticket', { method: 'POST', key })).status).toBe(403);
      expect((await ask(`/contacts?ticket=${await ticketOf(MASTER)}`, { key: null })).status).toBe(401);
    });
  });
});
