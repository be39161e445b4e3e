import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChangePageDto } from '../../src/api/changes/changes.dto.js';
import type {
  CreatedWebhookDto,
  WebhookAttemptListDto,
  WebhookDto,
  WebhookListDto,
  WebhookTestedDto,
} from '../../src/api/webhooks/webhooks.dto.js';
import { jidOf, ServedAddressBook } from '../contacts/served-address-book.js';
import { patient } from '../support/patience.js';
import { called } from '../support/people.js';
import { type Answer as HttpAnswer, eventually, Service } from '../support/service.js';
import { type Answer, Receiver } from './receiver.js';

const ENVIRONMENT = { WEBHOOKS_ALLOW_PRIVATE: '127.0.0.0/8' };

interface Problem {
  code: string;
  message: string;
}

describe('a webhook', () => {
  let book: ServedAddressBook;
  let receivers: Receiver[];

  beforeAll(async () => {
    book = await ServedAddressBook.start(ENVIRONMENT);
  });

  afterAll(() => book.stop());

  beforeEach(async () => {
    receivers = [];
    await book.dataSource.query('DELETE FROM webhook');
    await book.clear();
  });

  afterEach(() => Promise.all(receivers.map((receiver) => receiver.stop())));

  const send = <Body>(method: string, path: string, json?: object): Promise<HttpAnswer<Body>> =>
    book.service.request<Body>(path, { method, json });
  const create = async (request: object = {}, answer: Receiver['answer'] = () => 204) => {
    const receiver = await Receiver.start();
    receivers.push(receiver);
    receiver.answer = answer;
    const { status, body } = await send<CreatedWebhookDto>('POST', '/webhooks', {
      url: receiver.url,
      session: 'default',
      ...request,
    });
    expect([status, body.state]).toEqual([201, 'active']);
    receiver.secret = body.secret;
    return { receiver, path: `/webhooks/${body.id}`, id: body.id };
  };
  const show = async (path: string) => (await send<WebhookDto>('GET', path)).body;
  const attempts = async (path: string) =>
    (await send<WebhookAttemptListDto>('GET', `${path}/attempts`)).body.items;
  const has = (receiver: Receiver, count: number) =>
    eventually(`the receiver has ${count} changes`, async () => receiver.taken.length >= count);
  /** Lets the pauses between attempts pass. */
  const hurry = async <T>(until: Promise<T>): Promise<T> => {
    let isOver = false;
    const done = until.finally(() => (isOver = true));
    while (!isOver) {
      await book.dataSource.query('UPDATE webhook SET retry_at = now() WHERE retry_at > now()');
      await Promise.race([done.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 50))]);
    }
    return done;
  };

  it('delivers changes with a signature according to Standard Webhooks', async () => {
    const { receiver, path } = await create();
    await book.save('a');
    await has(receiver, 1);
    const [request] = receiver.requests;
    expect(receiver.forged).toEqual([]);
    expect(request?.id).toMatch(/^msg_[0-9a-f]{32}$/);
    const { body } = await book.service.get<ChangePageDto>('/changes');
    expect(request?.payload).toEqual({
      type: 'changes',
      timestamp: body.items[0]?.at,
      data: { session: 'default', items: body.items },
    });
    await eventually('it is noted', async () => (await show(path)).behind === 0);
    expect(await attempts(path)).toEqual([
      expect.objectContaining({
        delivery_id: request?.id,
        session: 'default',
        items: 1,
        first_seq: 1,
        last_seq: 1,
        status: 204,
        error: null,
      }),
    ]);
  });

  it('starts at the requested position, with the requested batch size and event types', async () => {
    await book.save('a', 'b', 'c');
    await book.apply(called(jidOf(10), 'anni'));
    await book.save('d', 'e', 'f');
    const { receiver } = await create({ after: 1, max_items: 2, kinds: ['contact.changed'] });
    await has(receiver, 4);
    expect(receiver.requests.map(({ payload }) => payload.data.items.map(({ seq }) => seq))).toEqual([
      [4, 5],
      [6, 7],
    ]);
  });

  it('uses the default batch size for null', async () => {
    const { path } = await create({ max_items: null });
    expect((await show(path)).max_items).toBe(100);
  });

  it('delivers only the requested fields of contacts, until they are changed', async () => {
    const { receiver, path } = await create({ fields: ['full_name', 'phone'] });
    await book.save('a');
    await has(receiver, 1);
    expect(receiver.taken[0]?.contact).toEqual({ full_name: 'a', phone: '491700000010' });
    const { body } = await send<WebhookDto>('PATCH', path, { fields: null });
    expect(body.fields).toBeNull();
    await book.save('b');
    await has(receiver, 2);
    expect(receiver.taken[1]?.contact).toHaveProperty('updated_at');
  });

  it('starts with the next change by default', async () => {
    await book.save('a');
    const { receiver } = await create();
    await book.save('b');
    await has(receiver, 1);
    expect(receiver.taken.map(({ seq }) => seq)).toEqual([2]);
  });

  it('delivers the changes of all sessions, including sessions that are added later', async () => {
    const { receiver, path } = await create({ session: null });
    await book.save('a');
    await has(receiver, 1);
    await book.dataSource.query(
      `WITH a AS (
         INSERT INTO account (jid, linked_at, feed_start, feed_latest)
         VALUES ('4915111111111@s.whatsapp.net', now(), 500, 502) RETURNING id
       ), s AS (INSERT INTO session (name, account_id) SELECT 'sales', id FROM a)
       INSERT INTO change (account_id, seq, at, kind) SELECT id, seq, now(), 'sync.completed' FROM a, generate_series(501, 502) seq`,
    );
    await has(receiver, 3);
    expect(
      receiver.requests.map(({ payload: { data } }) => [data.session, data.items.map(({ seq }) => seq)]),
    ).toEqual([
      ['default', [1]],
      ['sales', [501, 502]],
    ]);
    const replay = (body: object) => send<Problem>('POST', `${path}/replay`, body);
    expect((await replay({ after: 501 })).body.message).toContain('Missing session');
    expect((await replay({ after: 501, session: 'sales' })).status).toBe(200);
    await has(receiver, 4);
    await book.dataSource.query("DELETE FROM session WHERE name = 'sales'");
  });

  it('retries a delivery until it is accepted, before later ones', async () => {
    let answers = 0;
    const { receiver, path } = await create({}, () => (++answers <= 2 ? 503 : 200));
    await book.save('a');
    await eventually('it has failed', async () => (await show(path)).failures === 1);
    expect(await show(path)).toMatchObject({ state: 'active', reason: 'The receiver responded with 503.' });
    const waitMs = Date.parse((await show(path)).retry_at as string) - Date.now();
    expect(waitMs).toBeGreaterThan(2_000);
    expect(waitMs).toBeLessThanOrEqual(5_500);
    await book.save('b');
    await hurry(has(receiver, 2));
    const [first, second, third, fourth] = receiver.requests;
    expect([second?.id, third?.id]).toEqual([first?.id, first?.id]);
    expect([second?.payload, third?.payload]).toEqual([first?.payload, first?.payload]);
    expect(fourth?.id).not.toBe(first?.id);
    expect(receiver.taken.map(({ seq }) => seq)).toEqual([1, 2]);
    await eventually('all is noted', async () => (await attempts(path)).length === 4);
    expect((await attempts(path)).map(({ status }) => status)).toEqual([200, 200, 503, 503]);
  });

  it('waits according to Retry-After', async () => {
    const { path } = await create({}, () => ({ status: 429, headers: { 'Retry-After': '600' } }));
    await book.save('a');
    await eventually('it has failed', async () => (await show(path)).failures === 1);
    const waitMs = Date.parse((await show(path)).retry_at as string) - Date.now();
    expect(Math.abs(waitMs - 600_000)).toBeLessThan(10_000);
  });

  it('stops after status 410 until it is resumed', async () => {
    let status = 410;
    const { receiver, path, id } = await create({}, () => status);
    await book.save('a');
    await eventually('it is disabled', async () => (await show(path)).state === 'disabled');
    const { reason } = await show(path);
    expect(reason).toContain('410');
    const { body } = await book.service.get<ChangePageDto>('/changes');
    expect(body.items.at(-1)).toMatchObject({
      kind: 'webhook.stopped',
      webhook: { id, session: 'default', state: 'disabled', reason },
    });
    status = 200;
    expect((await send<WebhookDto>('POST', `${path}/resume`)).body).toMatchObject({
      state: 'active',
      reason: null,
    });
    await has(receiver, 1);
  });

  it('pauses and resumes on request', async () => {
    const { receiver, path } = await create();
    expect((await send<WebhookDto>('PATCH', path, { paused: true })).body.state).toBe('paused');
    await book.save('a');
    const { body } = await send<WebhookDto>('PATCH', path, { max_items: 7, kinds: ['contact.created'] });
    expect(body).toMatchObject({ state: 'paused', max_items: 7, kinds: ['contact.created'], behind: 1 });
    expect(receiver.requests).toEqual([]);
    await send('PATCH', path, { paused: false });
    await has(receiver, 1);
  });

  it('replays changes from a position with new delivery IDs', async () => {
    const { receiver, path } = await create({ max_items: 1 });
    await book.save('a');
    await book.save('b');
    await has(receiver, 2);
    expect((await send('POST', `${path}/replay`, { after: 0 })).status).toBe(200);
    await has(receiver, 4);
    expect(receiver.taken.map(({ seq }) => seq)).toEqual([1, 2, 1, 2]);
    expect(new Set(receiver.requests.map(({ id }) => id)).size).toBe(4);
    expect((await send<Problem>('POST', `${path}/replay`, { after: 99 })).body.code).toBe('changes_gone');
  });

  it('pauses when the next change is already deleted, and reports what to do', async () => {
    const { receiver, path } = await create({}, () => 500);
    await book.save('a');
    await eventually('it has failed', async () => (await show(path)).failures === 1);
    await book.dataSource.query('DELETE FROM change');
    await book.dataSource.query('UPDATE account SET feed_pruned_to = feed_latest');
    await hurry(eventually('it is paused', async () => (await show(path)).state === 'paused'));
    expect((await show(path)).reason).toContain('/replay');
    expect((await send<Problem>('POST', `${path}/resume`)).status).toBe(410);
    receiver.answer = () => 200;
    await send('POST', `${path}/replay`, { after: 1 });
    await book.save('b');
    await has(receiver, 1);
  });

  it('is signed with two secrets for a time after a rotation', async () => {
    const { receiver, path } = await create();
    const { body } = await send<{ secret: string; former_until: string }>('POST', `${path}/rotate`);
    const former = receiver.secret;
    await book.save('a');
    await has(receiver, 1);
    receiver.secret = body.secret;
    await book.save('b');
    await has(receiver, 2);
    expect(receiver.forged).toEqual([]);
    await book.dataSource.query('UPDATE webhook SET former_secret_until = now()');
    receiver.secret = former;
    await book.save('c');
    await eventually('it does not verify', async () => receiver.forged.length > 0);
  });

  it('sends a test delivery', async () => {
    const { receiver, path } = await create();
    expect((await send<WebhookTestedDto>('POST', `${path}/test`)).body).toMatchObject({
      delivered: true,
      status: 204,
      error: null,
    });
    expect(receiver.requests[0]?.payload).toMatchObject({
      type: 'webhook.test',
      data: { session: 'default', items: [] },
    });
    await receiver.stop();
    receivers = [];
    const { body } = await send<WebhookTestedDto>('POST', `${path}/test`);
    expect(body).toMatchObject({ delivered: false, status: null });
    expect(body.error).toContain('ECONNREFUSED');
    expect((await attempts(path)).map(({ items }) => items)).toEqual([0, 0]);
  });

  it('does not follow redirects', async () => {
    const { receiver, path } = await create({}, () => ({
      status: 307,
      headers: { Location: 'http://169.254.169.254/' },
    }));
    await book.save('a');
    await eventually('it has failed', async () => (await show(path)).failures === 1);
    expect((await show(path)).reason).toContain('Redirects are not followed');
    expect(receiver.requests).toHaveLength(1);
  });

  it.each([
    'http://10.0.0.1/',
    'http://192.168.1.1:8080/x',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/',
    'http://[fd00::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://100.64.0.1/',
    'http://0.0.0.0/',
    'http://0xa.0.0.1/',
    'http://167772161/',
    'http://[64:ff9b::a00:1]/',
  ])('cannot be created for %s', async (url) => {
    const { status, body } = await send<Problem>('POST', '/webhooks', { url });
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.message).toContain('WEBHOOKS_ALLOW_PRIVATE');
  });

  it('does not deliver to names of local addresses, even if they were allowed before', async () => {
    const { path } = await create();
    await send('PATCH', path, { url: 'http://localhost:9/', paused: true });
    const strict = await Service.start({ DATABASE_URL: book.database.url, ROLE: 'api' });
    const tested = await strict.request<WebhookTestedDto>(`${path}/test`, { method: 'POST' });
    const json = { url: 'http://localhost.:9/', session: 'default' };
    const created = await strict.request<Problem>('/webhooks', { method: 'POST', json });
    await strict.stop();
    expect(tested.body.error).toContain('localhost is not a public address');
    expect([created.status, created.body.message]).toEqual([
      400,
      expect.stringContaining('not a public address'),
    ]);
  });

  it('does not wait for the body of a response', async () => {
    const { receiver } = await create({ max_items: 1 }, () => 'endless body');
    await book.save('a', 'b', 'c');
    await has(receiver, 3);
    const [first, , third] = receiver.requests;
    // Each body would take 15 s.
    expect((third?.atMs ?? Infinity) - (first?.atMs ?? 0)).toBeLessThan(patient(14_000));
  });

  it('is delivered although many webhooks of another key wait for responses', async () => {
    const slow = await Receiver.start();
    receivers.push(slow);
    slow.answer = () => 'silence';
    const secret = `whsec_${Buffer.alloc(32).toString('base64')}`;
    slow.secret = secret;
    await book.dataSource.query(
      `INSERT INTO webhook (id, key_id, session, url, max_items, secret)
       SELECT 'wh_' || i, 'other', 'default', $1, 1, $2 FROM generate_series(1, 110) AS i`,
      [slow.url, secret],
    );
    const { receiver } = await create();
    await book.save('a');
    await has(receiver, 1);
    await book.save('b');
    await has(receiver, 2);
    await eventually('the places of the key are taken', async () => slow.requests.length >= 20);
    expect(slow.requests).toHaveLength(20);
  });

  it('adds headers of the receiver, and does not return their values', async () => {
    const { receiver, path } = await create({ headers: { Authorization: 'Bearer abc', 'X-Tenant': '7' } });
    expect((await show(path)).header_names).toEqual(['Authorization', 'X-Tenant']);
    expect((await send('GET', path)).text).not.toContain('abc');
    await book.save('a');
    await has(receiver, 1);
    expect(receiver.requests[0]?.headers).toMatchObject({ authorization: 'Bearer abc', 'x-tenant': '7' });
    const moved = await send<Problem>('PATCH', path, { url: 'https://other.example.com/' });
    expect([moved.status, moved.body.message]).toEqual([400, expect.stringContaining('Missing headers')]);
    await send('PATCH', path, { headers: { 'X-Tenant': '8' } });
    await book.save('b');
    await has(receiver, 2);
    expect(receiver.requests[1]?.headers).not.toHaveProperty('authorization');
    expect(receiver.requests[1]?.headers).toMatchObject({ 'x-tenant': '8' });
    const { body } = await send<WebhookDto>('PATCH', path, {
      url: 'https://other.example.com/',
      headers: null,
    });
    expect(body.header_names).toEqual([]);
  });

  it('reports headers that cannot be decrypted, without effect on other webhooks', async () => {
    const { receiver, path, id } = await create({ headers: { Authorization: 'Bearer abc' } });
    const { receiver: healthy } = await create();
    const headers = 'enc1:0123456789abcdef:AAAA';
    await book.dataSource.query('UPDATE webhook SET headers = $2 WHERE id = $1', [id, headers]);
    const { status, body } = await send<WebhookListDto>('GET', '/webhooks');
    expect([status, body.items.map(({ header_names: names }) => names)]).toEqual([200, [null, []]]);
    expect(await show(path)).toMatchObject({
      state: 'active',
      reason: expect.stringContaining('ENCRYPTION_KEY'),
    });
    await book.save('a');
    await has(healthy, 1);
    await eventually('the delivery has failed', async () => (await show(path)).failures === 1);
    const [attempt] = await attempts(path);
    expect(attempt).toMatchObject({ status: null, error: expect.stringContaining('cannot be decrypted') });
    const test = await send<WebhookTestedDto>('POST', `${path}/test`);
    expect(test.body).toMatchObject({ delivered: false, error: attempt?.error });
    expect(receiver.requests).toEqual([]);
    const moved = await send<Problem>('PATCH', path, { url: 'https://other.example.com/' });
    expect([moved.status, moved.body.message]).toEqual([400, expect.stringContaining('Missing headers')]);
    expect((await send('DELETE', path)).status).toBe(200);
  });

  it.each([
    [{ url: 'ftp://crm.example.com/' }, 'url'],
    [{ url: 'https://user:secret@crm.example.com/' }, 'url'],
    [{ url: 'https://' }, 'url'],
    [{ kinds: ['contact.exploded'] }, 'kinds'],
    [{ kinds: [] }, 'kinds'],
    [{ fields: ['fullname'] }, 'did you mean full_name?'],
    [{ fields: [] }, 'fields'],
    [{ fields: 'id' }, 'fields'],
    [{ max_items: 0 }, 'max_items'],
    [{ headers: { Host: 'other.example.com' } }, 'headers'],
    [{ after: -1 }, 'after'],
    [{ session: 'No' }, 'session'],
    [{ session: null, after: 5 }, 'after'],
  ])('reports what is wrong with %j', async (request, word) => {
    const { status, body } = await send<Problem>('POST', '/webhooks', {
      url: 'https://crm.example.com/',
      session: 'default',
      ...request,
    });
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.message).toContain(word);
    expect((await send<WebhookListDto>('GET', '/webhooks')).body.items).toEqual([]);
  });

  it('delivers as fast alongside a dead and a flaky receiver as alone', async () => {
    const people = Array.from({ length: 5_000 }, (_, i) => jidOf(10_000 + i));
    const saveAll = (name: string) =>
      book.apply({ saved: people.map((address) => ({ address, fullName: name, firstName: null })) });
    const since = performance.now();
    const { receiver: alone } = await create();
    await saveAll('a');
    await saveAll('b');
    await has(alone, 10_000);
    const aloneMs = performance.now() - since;

    const begunMs = performance.now();
    let count = 0;
    const { receiver: healthy } = await create();
    const { receiver: flaky, path: flakyPath } = await create({}, () => (++count % 10 < 3 ? 500 : 200));
    const { receiver: dead, path: deadPath } = await create();
    await dead.stop();
    receivers = receivers.filter((receiver) => receiver !== dead);
    await saveAll('c');
    await saveAll('d');
    await has(healthy, 10_000);
    const togetherMs = performance.now() - begunMs;

    await hurry(
      Promise.all([
        has(flaky, 10_000),
        eventually('the dead one is paused', async () => (await show(deadPath)).state === 'paused'),
      ]),
    );
    for (const receiver of [healthy, flaky]) {
      const contacts = receiver.taken.filter(({ kind }) => kind !== 'webhook.stopped');
      expect(contacts.map(({ seq }) => seq)).toEqual(Array.from({ length: 10_000 }, (_, i) => 10_001 + i));
    }
    expect((await show(deadPath)).reason).toMatch(/^12 attempts .* failed\. .*ECONNREFUSED/);
    expect(await attempts(deadPath)).toHaveLength(12);
    expect((await show(flakyPath)).state).toBe('active');
    // Both include writing the changes; machines are noisy.
    expect(togetherMs / aloneMs).toBeLessThan(2);
  });

  it('cannot be created beyond the limit', async () => {
    await book.dataSource.query(
      `INSERT INTO webhook (id, url, max_items, secret, state)
       SELECT 'wh_' || i, 'https://crm.example.com/', 1, 'whsec_', 'paused' FROM generate_series(1, 10000) AS i`,
    );
    const { status, body } = await send<Problem>('POST', '/webhooks', { url: 'https://crm.example.com/' });
    expect([status, body.code]).toEqual([409, 'too_many_webhooks']);
  });

  it('is delivered by another process if one is killed', async () => {
    const environment = { DATABASE_URL: book.database.url, ROLE: 'api', ...ENVIRONMENT };
    let answer: Answer = 'silence';
    const { receiver, path } = await create({ max_items: 1 }, () => answer);
    await book.service.stop('SIGKILL');
    const first = await Service.start(environment);
    await book.save('a');
    await book.save('b');
    await eventually('the receiver gets a request', async () => receiver.requests.length > 0);
    await first.stop('SIGKILL');
    answer = 200;
    const { port } = book.service;
    const second = await Service.start({ ...environment, PORT: String(port) });
    // Of the killed one; it would run out by itself.
    await book.dataSource.query('UPDATE webhook SET lease_until = now()');
    await has(receiver, 2);
    expect(receiver.taken.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(receiver.requests[1]?.id).toBe(receiver.requests[0]?.id);
    expect((await show(path)).state).toBe('active');
    await second.stop();
  });
});
