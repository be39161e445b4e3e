import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChangePageDto } from '../../src/api/changes/changes.dto.js';
import type { NamedSessionDto, SessionPageDto } from '../../src/api/sessions/sessions.dto.js';
import type { CreatedWebhookDto } from '../../src/api/webhooks/webhooks.dto.js';
import { StreamReader } from '../feed/stream-reader.js';
import { eventually } from '../support/service.js';
import { Receiver } from '../webhooks/receiver.js';
import type { Phone } from '../whatsapp-server/phone.js';
import { SessionsWorld } from './sessions-world.js';

const ROUTES = [
  '/getcontact?phone=491701000001',
  '/getcontacts',
  '/contacts',
  '/contacts.csv',
  '/contacts.vcf',
  '/contacts.xlsx',
  '/contacts/491701000001',
  '/contacts/491701000001/keys',
  '/contacts/491701000001/picture',
];

describe('the API for several sessions', () => {
  let world: SessionsWorld;
  let first: Phone;
  let second: Phone;
  let third: Phone;

  const namesOf = async (prefix: string) =>
    (await world.api.get<{ full_name: string }[]>(`${prefix}/getcontacts`)).body.map(
      (each) => each.full_name,
    );

  const addWebhook = async (session: string, after: number) => {
    const receiver = await Receiver.start();
    const webhook = { url: receiver.url, session, after };
    receiver.secret = (await world.post<CreatedWebhookDto>('/webhooks', webhook)).body.secret;
    return receiver;
  };

  beforeAll(async () => {
    world = await SessionsWorld.create();
    await world.start({ WEBHOOKS_ALLOW_PRIVATE: '127.0.0.0/8' });
    first = world.phone('491700000001', 'First');
    second = world.phone('491700000002', 'Second');
    await first.saveContact({ number: '491701000001', fullName: 'Anna of the first', firstName: 'Anna' });
    await second.saveContact({ number: '491701000001', fullName: 'Anna of the second', firstName: 'Anna' });
    await world.link('default', first);
  });

  afterAll(() => world.stop());

  it('starts with only the default session', async () => {
    const { status, body } = await world.api.get<SessionPageDto>('/sessions');
    expect(status).toBe(200);
    expect(body).toEqual({
      items: [
        {
          name: 'default',
          display_name: null,
          status: 'open',
          reason_code: null,
          reason: null,
          advice: null,
          since: expect.any(String),
          retry_at: null,
          phone: '491700000001',
          jid: '491700000001@s.whatsapp.net',
          push_name: 'First',
          last_account: { phone: '491700000001', push_name: 'First' },
        },
      ],
      next_cursor: null,
    });
  });

  it.each([
    [{}, /Missing name: .*\{"name": "sales"\}/],
    [{ name: 'Sales' }, /Invalid name "Sales": use 1 to 40 of the characters a-z, 0-9 and "-"/],
    [{ name: 'x'.repeat(41) }, /1 to 40/],
    [{ name: 7 }, /Invalid name 7/],
    [{ name: '../x' }, /1 to 40/],
  ])('rejects the name in %j', async (body, message) => {
    const answer = await world.post<{ message: string }>('/sessions', body);
    expect(answer.status).toBe(400);
    expect(answer.body.message).toMatch(message);
  });

  it('creates a session once, and links it to a separate account', async () => {
    const created = await world.create('sales');
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe('/sessions/sales');
    expect(created.body).toMatchObject({ name: 'sales', phone: null });
    const again = await world.create('sales');
    expect([again.status, (again.body as unknown as Error).message]).toEqual([
      409,
      expect.stringContaining('GET /sessions/sales'),
    ]);
    await world.link('sales', second);
    expect(await namesOf('')).toEqual(['Anna of the first']);
    expect(await namesOf('/sessions/sales')).toEqual(['Anna of the second']);
    expect((await world.session('sales')).phone).toBe('491700000002');
  });

  it('stores a name for users, and removes it', async () => {
    const created = await world.post<NamedSessionDto>('/sessions', {
      name: 'named',
      display_name: ' Sales\u0007 team 🌻 ',
    });
    expect(created).toMatchObject({ status: 201, body: { display_name: 'Sales team 🌻' } });
    const rename = (json: object) =>
      world.api.request<NamedSessionDto>('/sessions/named', { method: 'PATCH', json });
    expect((await rename({ display_name: 'Verkauf' })).body.display_name).toBe('Verkauf');
    const { body } = await world.api.get<SessionPageDto>('/sessions');
    expect(body.items.find(({ name }) => name === 'named')).toMatchObject({
      display_name: 'Verkauf',
      last_account: null,
    });
    expect((await rename({ display_name: null })).body.display_name).toBeNull();
    for (const display_name of ['', ' ', '\u200b', 'x'.repeat(101), 7])
      expect(await rename({ display_name })).toMatchObject({
        status: 400,
        body: { message: expect.stringMatching(/display_name.*use 1 to 100 characters/) },
      });
    expect(await rename({})).toMatchObject({ status: 400 });
    await world.api.delete('/sessions/named');
  });

  it('applies changes only to the session of the phone', async () => {
    await second.saveContact({ number: '491701000002', fullName: 'Ben of the second', firstName: 'Ben' });
    await world.sessionThat('sales', ({ contacts }) => contacts.count === 2);
    expect(await namesOf('')).toEqual(['Anna of the first']);
    expect(await namesOf('/sessions/sales')).toEqual(['Anna of the second', 'Ben of the second']);
  });

  it.each(ROUTES)(
    'serves %s under the path of each session, and for the default session also at the root',
    async (route) => {
      const [plain, named] = await Promise.all([
        world.api.get(route),
        world.api.get(`/sessions/default${route}`),
      ]);
      expect([named.status, named.text]).toEqual([plain.status, plain.text]);
      expect((await world.api.get(`/sessions/sales${route}`)).status).toBe(plain.status);
    },
  );

  it('returns the default session under all of its paths', async () => {
    const plain = (await world.api.get('/session')).body;
    expect((await world.api.get('/sessions/default/session')).body).toEqual(plain);
    expect((await world.api.get('/sessions/default')).body).toEqual({
      name: 'default',
      ...(plain as object),
    });
  });

  it.each(['', ...ROUTES, '/session', '/qr', '/pairing-code', '/passkey'])(
    'answers 404 to %s of sessions that do not exist',
    async (route) => {
      const { status, body } = await world.api.get<{ message: string }>(`/sessions/nobody${route}`);
      expect(status).toBe(404);
      expect(body.message).toMatch(/Session "nobody" does not exist\. GET \/sessions lists all sessions/);
    },
  );

  it('unlinks a session immediately if its account is already linked, with a reason', async () => {
    await world.create('twin');
    const { since } = await world.session('default');
    const seen = new Set<string>();
    let isOver = false;
    const watching = (async () => {
      while (!isOver) seen.add((await world.session('twin')).status);
    })();
    await world.scan('twin', first);
    const { reason, advice } = await world.sessionThat(
      'twin',
      (session) => session.qr !== null && /already/.test(session.reason ?? ''),
    );
    expect(reason).toMatch(/The account 491700000001 is already linked through the session "default"/);
    isOver = true;
    await watching;
    expect(seen).not.toContain('open');
    expect(advice).not.toBeNull();
    expect(first.companions).toHaveLength(1);
    expect(await world.session('default')).toMatchObject({ status: 'open', since, contacts: { count: 1 } });
    expect(world.server.conflicts).toBe(0);
  });

  it('refers to the path of the session in messages', async () => {
    const { body } = await world.api.get<{ message: string }>('/sessions/twin/getcontacts');
    expect(body.message).toMatch(/Open \/sessions\/twin\/session\/qr in a browser/);
    expect((await world.session('twin')).advice).not.toMatch(/(^|\s)\/session\//);
    const { body: code } = await world.api.get<{ message: string }>('/sessions/twin/pairing-code');
    expect(code.message).toMatch(/POST \/sessions\/twin\/session\/pairing-code/);
  });

  it('lists sessions in pages and by status', async () => {
    const page = await world.api.get<SessionPageDto>('/sessions?limit=2');
    expect(page.body.items.map(({ name }) => name)).toEqual(['default', 'sales']);
    const next = await world.api.get<SessionPageDto>(`/sessions?limit=2&cursor=${page.body.next_cursor}`);
    expect(next.body).toMatchObject({ items: [{ name: 'twin', phone: null }], next_cursor: null });
    const open = await world.api.get<SessionPageDto>('/sessions?status=open');
    expect(open.body.items.map(({ name }) => name)).toEqual(['default', 'sales']);
    expect((await world.api.get('/sessions?status=fine')).status).toBe(400);
  });

  it('keeps other sessions linked when one is unlinked on request', async () => {
    third = world.phone('491700000003', 'Third');
    await world.link('twin', third);
    const { status, body } = await world.delete('/sessions/twin/session');
    expect([status, body]).toMatchObject([200, { unlinked: true }]);
    expect(third.companions).toHaveLength(0);
    await world.sessionThat('twin', ({ qr }) => qr !== null);
    expect((await world.session('sales')).status).toBe('open');
  });

  it('shows nothing of an account to the session that it was linked through before', async () => {
    await world.create('mover');
    const stream = await new StreamReader(
      `http://127.0.0.1:${world.api.port}/sessions/twin/changes/stream`,
    ).opened();
    const before = await addWebhook('twin', 0);
    await eventually('the webhook has the changes before the move', async () => before.taken.length >= 3);
    await world.link('mover', third);
    for (const route of [...ROUTES, '/contacts/count', '/contacts/index', '/contacts.ndjson', '/changes'])
      expect([route, (await world.api.get(`/sessions/twin${route}`)).status]).toEqual([route, 503]);
    const lookup = await world.post('/sessions/twin/contacts/lookup', { contacts: ['491701000001'] });
    expect(lookup.status).toBe(503);
    await eventually('the stream ends, and is refused', async () => stream.refusals.includes(503));
    stream.close();
    expect(stream.changes).toEqual([]);
    const { body } = await world.api.get<ChangePageDto>('/sessions/mover/changes');
    const events = body.items.filter(({ kind }) => kind.startsWith('session.'));
    expect(events.map(({ kind, session }) => [kind, session?.name ?? null])).toEqual([
      ['session.linked', null],
      ['session.open', null],
      ['session.logged_out', null],
      ['session.linked', 'mover'],
      ['session.open', 'mover'],
    ]);
    const moved = events.at(-2)?.seq as number;
    const after = await addWebhook('mover', moved);
    await third.saveContact({ number: '491701000003', fullName: 'Cleo of the third', firstName: 'Cleo' });
    await eventually('the webhook of the new session has the contact', async () =>
      after.taken.some(({ contact }) => contact?.full_name === 'Cleo of the third'),
    );
    expect(before.taken.filter(({ seq }) => seq >= moved)).toEqual([]);
    await Promise.all([before.stop(), after.stop()]);
  });

  it('deletes a session with its data, and its contacts on request', async () => {
    await world.delete('/sessions/twin');
    const kept = await world.delete('/sessions/mover');
    expect([kept.status, kept.body.message]).toEqual([200, expect.stringMatching(/contacts stay/)]);
    const { status, body } = await world.delete('/sessions/sales?contacts=delete');
    expect([status, body.message]).toEqual([200, expect.stringMatching(/Its contacts are deleted/)]);
    expect(second.companions).toHaveLength(0);
    expect((await world.api.get('/sessions/sales')).status).toBe(404);
    expect(await world.database.query('SELECT jid FROM account ORDER BY id')).toEqual([
      { jid: '491700000001@s.whatsapp.net' },
      { jid: '491700000003@s.whatsapp.net' },
    ]);
    const left = await world.database.query(
      `SELECT session FROM auth_key UNION SELECT session FROM auth_credentials UNION SELECT session FROM session_command`,
    );
    expect(left).toEqual([{ session: 'default' }]);
  });

  it('creates a session again under the same name', async () => {
    expect((await world.create('sales')).status).toBe(201);
    await world.link('sales', second);
    expect(await namesOf('/sessions/sales')).toEqual(['Anna of the second', 'Ben of the second']);
    await world.delete('/sessions/sales?contacts=delete');
  });

  it('rejects deletion of the default session, and unknown values of ?contacts', async () => {
    expect((await world.delete('/sessions/default')).status).toBe(409);
    expect((await world.delete('/sessions/nobody')).status).toBe(404);
    expect((await world.delete('/sessions/default?contacts=yes')).status).toBe(400);
    expect((await world.session('default')).status).toBe('open');
  });
});
