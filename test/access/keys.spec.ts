import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Scope, SCOPES } from '../../src/access/scopes.js';
import type { ChangePageDto } from '../../src/api/changes/changes.dto.js';
import type { KeyListDto } from '../../src/api/keys/keys.dto.js';
import type { SessionPageDto } from '../../src/api/sessions/sessions.dto.js';
import { document } from '../openapi/document.js';
import { eventually } from '../support/service.js';
import { AccessWorld, MASTER } from './access-world.js';

/** Every route by the scope that it requires. Passkey assertions need only the token of the ceremony, not a key. */
const ROUTES: Record<Scope, [method: string, path: string][]> = {
  'contacts:read': [
    ['GET', '/getcontact?phone=491700000010'],
    ['GET', '/getcontacts'],
    ['GET', '/contacts'],
    ['GET', '/contacts/491700000010'],
    ['GET', '/contacts/491700000010/keys'],
    ['GET', '/contacts/491700000010/picture'],
    ['GET', '/changes'],
    ['GET', '/changes/stream?after=99'],
    ['POST', '/contacts/491700000010/refresh'],
    ['GET', '/contacts/count'],
    ['GET', '/contacts/index'],
    ['POST', '/contacts/lookup'],
    ['POST', '/changes/stream-ticket'],
  ],
  'contacts:export': [
    ['GET', '/contacts.csv'],
    ['GET', '/contacts.vcf'],
    ['GET', '/contacts.xlsx'],
    ['GET', '/contacts.ndjson'],
  ],
  'contacts:check': [],
  'session:read': [
    ['GET', '/session'],
    ['GET', '/sessions'],
    ['GET', '/sessions/default'],
  ],
  'session:link': [
    ['GET', '/session/qr'],
    ['GET', '/session/pairing-code'],
    ['POST', '/session/pairing-code'],
    ['DELETE', '/session'],
    ['GET', '/session/passkey'],
    ['DELETE', '/session/passkey'],
  ],
  'metrics:read': [],
  'webhooks:manage': [
    ['GET', '/webhooks'],
    ['POST', '/webhooks'],
    ['GET', '/webhooks/wh_1'],
    ['PATCH', '/webhooks/wh_1'],
    ['DELETE', '/webhooks/wh_1'],
    ['POST', '/webhooks/wh_1/resume'],
    ['POST', '/webhooks/wh_1/replay'],
    ['POST', '/webhooks/wh_1/test'],
    ['POST', '/webhooks/wh_1/rotate'],
    ['GET', '/webhooks/wh_1/attempts'],
  ],
  admin: [
    ['GET', '/keys'],
    ['GET', '/keys/abc'],
    ['DELETE', '/keys/abc'],
    ['POST', '/keys'],
    ['POST', '/sessions'],
    ['DELETE', '/sessions/none'],
    ['PATCH', '/sessions/none'],
    ['GET', '/log-levels'],
    ['PATCH', '/log-levels'],
  ],
};
const ALL = Object.entries(ROUTES).flatMap(([scope, routes]) =>
  routes.map(([method, path]) => [method, path, scope as Scope] as const),
);

/** The operations of the OpenAPI document that need a scope, with patterns of their paths. */
const SECURED = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).flatMap(([method, { security = [] }]) => {
    const [scope] = security[0]?.bearer ?? [];
    const isToken = path.includes('/passkey') && method === 'post';
    if (!scope || scope === 'metrics:read' || isToken) return [];
    const pattern = path.replace(/^\/sessions\/\{session\}(?=\/)/, '').replace(/\{\w+\}/g, '[^/]+');
    return [[scope, method.toUpperCase(), pattern] as const];
  }),
);

describe('the API with keys', () => {
  let world: AccessWorld;
  const keys = new Map<Scope, string>();

  beforeAll(async () => {
    world = await AccessWorld.start();
    for (const scope of SCOPES) keys.set(scope, (await world.create({ scopes: [scope] })).key);
  });

  afterAll(() => world.stop());

  it.each(['/keys/%00', '/keys/abc%00def', '/keys/%ff', '/keys/__proto__'])(
    '%s is the id of none',
    async (path) => {
      const { status } = await world.request('GET', path, MASTER);
      expect([400, 404]).toContain(status);
    },
  );

  it.each(SECURED)('is tested with the scope %s of %s %s', (scope, method, path) => {
    const listed = ROUTES[scope].map((route) => route.join(' ').replace(/\?.*/, ''));
    expect(listed).toContainEqual(expect.stringMatching(new RegExp(`^${method} (/session)?${path}$`)));
  });

  it('hides the passkey requests of sessions from callers without a key', async () => {
    for (const step of ['passkey', 'passkey/confirm']) {
      const answers = await Promise.all(
        ['default', 'nosuch'].map(async (session) => {
          const body = { token: 'x', ...(step === 'passkey' && { assertion: {} }) };
          const { status, text } = await world.request('POST', `/sessions/${session}/${step}`, null, body);
          return [status, text.replace('/sessions/nosuch', '')];
        }),
      );
      expect(answers[0]).toEqual([409, expect.stringContaining('token_invalid')]);
      expect(answers[1]).toEqual(answers[0]);
    }
  });

  it.each(ALL)('requires a key for %s %s', async (method, path) => {
    const without = await world.request(method, path, null);
    expect([without.status, without.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="whatsapp-contacts"',
    ]);
    expect(without.body.message).toMatch(/Authorization: Bearer <key>/);
    for (const wrong of [`${MASTER}x`, `wac_000000000000_${'x'.repeat(43)}`, `${keys.get('admin')}x`]) {
      const answer = await world.request(method, path, wrong);
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
        401,
        expect.stringContaining('invalid_token'),
      ]);
    }
  });

  it.each(ALL)('accepts %s %s only with its scope', async (method, path, scope) => {
    const accepting = [scope, 'admin'];
    // Unlinking waits for the process of the session, which does not run here.
    const asked = method === 'DELETE' && path === '/session' ? without(keys, accepting) : keys;
    for (const [held, key] of asked) {
      const { status, body } = await world.request(method, path, key);
      if (accepting.includes(held)) expect([401, 403]).not.toContain(status);
      else expect([status, body.message]).toEqual([403, expect.stringContaining(`Missing scope ${scope}.`)]);
    }
    if (asked === keys) expect([401, 403]).not.toContain((await world.request(method, path, MASTER)).status);
  });

  it('accepts checks of numbers only with their scope, in addition to that of lookups', async () => {
    const lookUp = (key: string | undefined) =>
      world.request('POST', '/contacts/lookup', key ?? '', { contacts: ['491709999999'], check: true });
    const both = await world.create({ scopes: ['contacts:read', 'contacts:check'] });
    expect((await lookUp(both.key)).status).toBe(200);
    for (const [held, missing] of [
      ['contacts:read', 'contacts:check'],
      ['contacts:check', 'contacts:read'],
    ] as const) {
      const { status, body } = await lookUp(keys.get(held));
      expect([status, body.message]).toEqual([403, expect.stringContaining(`Missing scope ${missing}.`)]);
    }
  });

  it.each(['/livez', '/readyz', '/startupz'])('requires no key for %s', async (path) => {
    expect((await world.request('GET', path, null)).status).toBe(200);
  });

  it.each(SCOPES)('returns the scope %s of a key at /access', async (scope) => {
    const { body } = await world.request('GET', '/access', keys.get(scope) as string);
    const scopes = scope === 'admin' ? SCOPES : [scope];
    expect(body).toEqual({ keys_in_use: true, scopes, sessions: null });
  });

  it('returns the sessions of a key at /access', async () => {
    const { key } = await world.create({ scopes: ['contacts:read'], sessions: ['default'] });
    const { body } = await world.request('GET', '/access', key);
    expect(body).toEqual({ keys_in_use: true, scopes: ['contacts:read'], sessions: ['default'] });
    expect((await world.request('GET', '/access', null)).status).toBe(401);
    expect((await world.request('GET', '/access', `${MASTER}x`)).status).toBe(401);
  });

  it('accepts keys in X-API-Key', async () => {
    const path = '/getcontact?phone=491700000010';
    const answer = await world.book.service.request(path, { headers: { 'x-api-key': MASTER } });
    expect(answer.status).toBe(200);
  });

  it('returns a key once, stores its hash, and lists it without the key', async () => {
    const { key, ...rest } = await world.create({
      name: 'crm',
      scopes: ['contacts:read'],
      requests_per_minute: 600,
    });
    expect(key).toMatch(/^wac_[0-9a-f]{12}_[\w-]{43}$/);
    expect(rest).toEqual({
      id: key.slice(4, 16),
      name: 'crm',
      scopes: ['contacts:read'],
      sessions: null,
      requests_per_minute: 600,
      created_at: expect.any(String),
      expires_at: null,
      last_used_at: null,
    });
    const { body, text } = await world.request<KeyListDto>('GET', '/keys', MASTER);
    expect(body.items).toContainEqual(rest);
    expect(text).not.toContain(key.slice(17));
    const rows = await world.book.database.query<{ row: string }>('SELECT k::text AS row FROM api_key k');
    expect(rows.some(({ row }) => row.includes(key.slice(17)))).toBe(false);
  });

  it('records when a key was last used', async () => {
    const { id, key } = await world.create({ scopes: ['contacts:read'] });
    await world.request('GET', '/contacts', key);
    await eventually('the use is noted', async () => {
      const { body } = await world.request<{ last_used_at: string | null }>('GET', `/keys/${id}`, MASTER);
      return body.last_used_at !== null;
    });
  });

  it('rejects deleted keys on every replica', async () => {
    const { id, key } = await world.create({ scopes: ['contacts:read'] });
    const read = (service = world.book.service) => world.request('GET', '/contacts', key, undefined, service);
    expect([(await read()).status, (await read(world.other)).status]).toEqual([200, 200]);
    const deleting = world.request('DELETE', `/keys/${id}`, MASTER);
    let isOver = false;
    const readers = [world.book.service, world.other].map(async (service) => {
      while (!isOver) await read(service);
    });
    expect((await deleting).status).toBe(200);
    isOver = true;
    await Promise.all(readers);
    expect([(await read()).status, (await read(world.other)).status]).toEqual([401, 401]);
    expect((await world.request('DELETE', `/keys/${id}`, MASTER)).status).toBe(404);
  });

  it('rejects expired keys', async () => {
    const expires_at = new Date(Date.now() + 1_500).toISOString();
    const { key } = await world.create({ scopes: ['contacts:read'], expires_at });
    expect((await world.request('GET', '/contacts', key)).status).toBe(200);
    await eventually(
      'the key has expired',
      async () => (await world.request('GET', '/contacts', key)).status === 401,
    );
  });

  it('limits a key to the sessions that it lists', async () => {
    await world.request('POST', '/sessions', MASTER, { name: 'sales' });
    const { key } = await world.create({ scopes: ['contacts:read', 'session:read'], sessions: ['sales'] });
    const { body } = await world.request<SessionPageDto>('GET', '/sessions', key);
    expect(body.items.map(({ name }) => name)).toEqual(['sales']);
    expect((await world.request('GET', '/sessions/sales', key)).status).toBe(200);
    for (const path of [
      '/session',
      '/contacts',
      '/sessions/default',
      '/sessions/default/contacts',
      '/sessions/no',
    ]) {
      const { status, body: error } = await world.request('GET', path, key);
      expect([status, error.message]).toEqual([
        403,
        expect.stringMatching(/only sales\. Use a path such as \/sessions\/sales\//),
      ]);
    }
  });

  it('rejects a key for a later session with the name of a deleted one', async () => {
    await world.request('POST', '/sessions', MASTER, { name: 'temporary' });
    const only = await world.create({
      scopes: ['contacts:read', 'webhooks:manage'],
      sessions: ['temporary'],
    });
    const both = await world.create({ scopes: ['session:read'], sessions: ['temporary', 'default'] });
    const webhook = { url: 'https://crm.example.com/', session: 'temporary' };
    const { body: created } = await world.request<{ id: string }>('POST', '/webhooks', only.key, webhook);
    expect((await world.request('DELETE', '/sessions/temporary', MASTER)).status).toBe(200);
    await world.request('POST', '/sessions', MASTER, { name: 'temporary' });
    for (const service of [world.book.service, world.other]) {
      const read = (path: string, key: string) => world.request('GET', path, key, undefined, service);
      expect((await read('/sessions/temporary/contacts', only.key)).status).toBe(401);
      expect((await read('/sessions/temporary', both.key)).status).toBe(403);
      expect((await read('/session', both.key)).status).toBe(200);
      expect((await read(`/webhooks/${created.id}`, MASTER)).status).toBe(404);
    }
  });

  it('limits the webhooks of a key', async () => {
    const { id, key } = await world.create({ scopes: ['webhooks:manage'] });
    await world.book.dataSource.query(
      `INSERT INTO webhook (id, key_id, url, max_items, secret, state)
       SELECT 'wh_' || i, $1, 'https://crm.example.com/', 1, 'whsec_', 'paused' FROM generate_series(1, 1000) AS i`,
      [id],
    );
    const create = (caller: string) =>
      world.request('POST', '/webhooks', caller, { url: 'https://crm.example.com/' });
    const { status, body } = await create(key);
    expect([status, body.message]).toEqual([
      409,
      expect.stringContaining('This API key has the maximum of 1000'),
    ]);
    expect((await create(MASTER)).status).toBe(201);
    await world.book.dataSource.query('DELETE FROM webhook');
  });

  it('shows events of webhooks only to keys that may manage them', async () => {
    const { accountId, dataSource } = world.book;
    const add = (webhook: object) =>
      dataSource.query(
        `WITH a AS (UPDATE account SET feed_latest = feed_latest + 1 WHERE id = $1 RETURNING feed_latest AS seq)
         INSERT INTO change (account_id, seq, at, kind, webhook) SELECT $1, seq, now(), 'webhook.stopped', $2 FROM a`,
        [accountId, webhook],
      );
    await add({ id: 'wh_1', session: 'default', state: 'paused', reason: 'It failed.' });
    await add({ id: 'wh_2', session: null, state: 'paused', reason: 'It failed.' });
    // The account was linked through this session before.
    await add({ id: 'wh_3', session: 'former', state: 'paused', reason: 'It failed.' });
    const scopes = ['contacts:read', 'webhooks:manage'];
    const keys = await Promise.all([
      world.create({ scopes }),
      world.create({ scopes, sessions: ['default'] }),
      world.create({ scopes: ['contacts:read'] }),
    ]);
    const seen = await Promise.all(
      keys.map(async ({ key }) => {
        const { body } = await world.request<ChangePageDto>('GET', '/changes', key);
        return body.items.slice(-3).map(({ webhook }) => webhook?.id ?? null);
      }),
    );
    expect(seen).toEqual([
      ['wh_1', 'wh_2', 'wh_3'],
      ['wh_1', null, null],
      [null, null, null],
    ]);
  });

  it('limits the requests of a key per minute across all replicas', async () => {
    const { key } = await world.create({ scopes: ['contacts:read'], requests_per_minute: 40 });
    const read = (service = world.book.service) => world.request('GET', '/contacts', key, undefined, service);
    for (let i = 0; i < 20; i += 1) expect((await read()).status).toBe(200);
    const refused = await eventually('the other replica refuses', async () => {
      const answer = await read(world.other);
      return answer.status === 429 && answer;
    });
    expect(refused.body.message).toMatch(/40 requests per minute/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    await eventually('this one, too', async () => (await read()).status === 429);
    expect((await world.request('GET', '/contacts', MASTER)).status).toBe(200);
  });

  it('counts a lookup as one request per 100 entries', async () => {
    const { key } = await world.create({ scopes: ['contacts:read'], requests_per_minute: 10 });
    const lookUp = (entries: number) =>
      world.request('POST', '/contacts/lookup', key, {
        contacts: Array.from({ length: entries }, () => '491700000010'),
      });
    const statuses: number[] = [];
    // 1 + 2 + 10 requests. The third is admitted, because fewer than ten are counted before it.
    for (const entries of [100, 101, 1_000, 1]) statuses.push((await lookUp(entries)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  it('shares the requests of a lookup with other replicas, and returns them in RateLimit', async () => {
    const { key } = await world.create({ scopes: ['contacts:read'], requests_per_minute: 100 });
    const remainingOf = (headers: Headers) => Number(/;r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);
    const contacts = Array.from({ length: 1_000 }, () => '491700000010');
    const { headers } = await world.request('POST', '/contacts/lookup', key, { contacts });
    expect(remainingOf(headers)).toBe(90);
    let there = 0;
    await eventually('the other replica counts all of them', async () => {
      there += 1;
      const answer = await world.request('GET', '/contacts', key, undefined, world.other);
      return remainingOf(answer.headers) === 90 - there;
    });
  });

  it('shares the requests of a key that reached its limit on one replica', async () => {
    const { id, key } = await world.create({ scopes: ['contacts:read'], requests_per_minute: 100 });
    await Promise.all(Array.from({ length: 100 }, () => world.request('GET', '/contacts', key)));
    expect((await world.request('GET', '/contacts', key)).status).toBe(429);
    await eventually('all are shared', async () => {
      const [row] = await world.book.database.query<{ points: number }>(
        `SELECT points FROM rate_limit WHERE key = 'key:${id}'`,
      );
      return row?.points === 100;
    });
  });

  it.each([
    [{ name: ' ' }, /Invalid name/],
    [{ scopes: [] }, /Invalid scopes/],
    [{ scopes: ['contacts:write'] }, /Invalid scopes/],
    [{ scopes: ['admin', 'admin'] }, /Invalid scopes/],
    [{ sessions: [] }, /Invalid sessions/],
    [{ sessions: ['nobody'] }, /Session "nobody" does not exist/],
    [{ sessions: ['default'], scopes: ['admin'] }, /can access all sessions/],
    [{ expires_at: 'tomorrow' }, /Invalid expires_at/],
    [{ expires_at: '2020-01-01T00:00:00Z' }, /time in the future/],
    [{ requests_per_minute: 0 }, /Invalid requests_per_minute/],
  ])('does not create a key from %j', async (fields, message) => {
    const body = { name: 'a test', scopes: ['contacts:read'], ...fields };
    const answer = await world.request('POST', '/keys', MASTER, body);
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringMatching(message)]);
  });
});

function without(keys: ReadonlyMap<Scope, string>, scopes: readonly string[]): Map<Scope, string> {
  return new Map([...keys].filter(([scope]) => !scopes.includes(scope)));
}
