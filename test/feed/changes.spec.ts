import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChangePageDto } from '../../src/api/changes/changes.dto.js';
import { MASTER } from '../access/access-world.js';
import { jidOf, ServedAddressBook } from '../contacts/served-address-book.js';
import { called } from '../support/people.js';
import { eventually, Service } from '../support/service.js';
import { KEY_A, KEY_B } from '../support/whole-contact.js';
import { StreamReader } from './stream-reader.js';

/** Where the feed begins. */
const START = 1_767_261_600_000_000;
const EARLIER = new Date('2026-01-01T10:00:00Z');

interface Problem {
  code: string;
  message: string;
}

describe('the change feed', () => {
  let book: ServedAddressBook;
  let readers: StreamReader[];

  beforeAll(async () => {
    book = await ServedAddressBook.start();
  });

  afterAll(() => book.stop());

  beforeEach(async () => {
    readers = [];
    await book.clear();
    await book.dataSource.query('UPDATE account SET feed_start = $1, feed_latest = $1', [START]);
  });

  afterEach(() => readers.forEach((reader) => reader.close()));

  const page = async (query = ''): Promise<ChangePageDto> => {
    const { status, body } = await book.service.get<ChangePageDto>(`/changes${query}`);
    expect(status).toBe(200);
    return body;
  };
  const read = (query = '', service = book.service, headers = {}) => {
    const reader = new StreamReader(`http://127.0.0.1:${service.port}/changes/stream${query}`, { headers });
    readers.push(reader);
    return reader;
  };
  const names = ({ items }: ChangePageDto) => items.map(({ contact }) => contact?.full_name ?? null);

  describe('polled', () => {
    it('returns changes in order, page by page', async () => {
      await book.save('a', 'b', 'c');
      const first = await page('?limit=2');
      expect(first).toMatchObject({ next: START + 2, latest: START + 3 });
      expect(first.items.map(({ seq, kind }) => [seq, kind])).toEqual([
        [START + 1, 'contact.created'],
        [START + 2, 'contact.created'],
      ]);
      const second = await page(`?after=${first.next}`);
      expect([...names(first), ...names(second)].sort()).toEqual(['a', 'b', 'c']);
      expect(await page(`?after=${second.next}`)).toEqual({ items: [], next: START + 3, latest: START + 3 });
    });

    it('contains the contact as its route returns it, with paths of the requested session', async () => {
      await book.apply({
        ...called(jidOf(10), 'anni'),
        abouts: [{ address: jidOf(10), text: 'Hello', setAt: EARLIER }],
        pictures: [{ address: jidOf(10), state: 'present', id: '17', bytes: Buffer.from('x') }],
        identityKeys: [{ address: jidOf(10), key: KEY_A, seenAt: EARLIER }],
      });
      const [change] = (await page()).items;
      expect(change?.contact).toEqual((await book.service.get(`/contacts/4917000000${10}`)).body);
    });

    it('returns only the requested kinds, and a position after all others', async () => {
      await book.save('a', 'b');
      await book.apply(called(jidOf(10), 'anni'));
      await book.save('aa', 'bb', 'c');
      await book.apply({ unsaved: [jidOf(11)] });
      const all = (await page()).items;
      for (const kinds of [['contact.created'], ['contact.changed', 'contact.deleted'], ['session.linked']]) {
        const found: number[] = [];
        let after = START;
        for (let latest = Infinity; after < latest;) {
          const part = await page(`?after=${after}&limit=1&kinds=${kinds.join()}`);
          found.push(...part.items.map(({ seq }) => seq));
          expect(part.next).toBeGreaterThan(after);
          ({ next: after, latest } = part);
        }
        expect(after).toBe(all.at(-1)?.seq);
        expect(found).toEqual(all.filter(({ kind }) => kinds.includes(kind)).map(({ seq }) => seq));
      }
      expect(await page('?after=0&kinds=session.linked')).toMatchObject({ items: [], next: all.at(-1)?.seq });
    });

    it('searches a long feed in parts, whose positions leave no gap', async () => {
      await book.save('a');
      await book.dataSource.query(
        `INSERT INTO change (account_id, seq, at, kind, fields) SELECT $1, $2::bigint + i, now(), 'contact.changed', '{}'
         FROM generate_series(2, 24_999) i`,
        [book.accountId, START],
      );
      await book.dataSource.query('UPDATE account SET feed_latest = $1', [START + 24_999]);
      await book.save('a', 'b');
      const query = (after: number) => `?after=${after}&kinds=contact.created`;
      const parts: ChangePageDto[] = [await page(query(START + 1))];
      while (parts.at(-1)!.next < parts.at(-1)!.latest) parts.push(await page(query(parts.at(-1)!.next)));
      expect(parts.map(({ items, next }) => [items.length, next - START])).toEqual([
        [0, 10_001],
        [0, 20_001],
        [1, 25_000],
      ]);
      expect(await page(`${query(START + 1)}&wait=30`)).toEqual(parts[0]);
      expect(names(await page(`${query(START + 20_001)}&wait=30`))).toEqual(['b']);
    });

    it('waits for a change of the requested kinds while others arrive', async () => {
      await book.save('a');
      const waiting = page(`?after=${START + 1}&wait=30&kinds=contact.deleted&fields=full_name`);
      await book.save('aa');
      await book.apply({ unsaved: [jidOf(10)] });
      expect(await waiting).toMatchObject({ items: [{ kind: 'contact.deleted' }], next: START + 3 });
      expect(await page(`?after=${START + 1}&wait=1&kinds=contact.merged`)).toMatchObject({
        items: [],
        next: START + 3,
      });
    });

    it('reports unknown kinds', async () => {
      const { status, body } = await book.service.get<Problem>('/changes?kinds=contact.create');
      expect([status, body.message]).toEqual([400, expect.stringContaining('did you mean contact.created?')]);
      expect((await book.service.get('/changes/stream?kinds=contact.create')).status).toBe(400);
    });

    it('waits for changes', async () => {
      const waiting = page(`?after=${START}&wait=30`);
      await eventually('somebody waits', async () => true);
      await book.save('a');
      expect(names(await waiting)).toEqual(['a']);
      expect(await page(`?after=${START + 1}&wait=1`)).toMatchObject({ items: [], next: START + 1 });
    });

    it('merges changes per contact on request, except identity keys', async () => {
      const key = (bytes: Buffer, seenAt: Date) => ({
        identityKeys: [{ address: jidOf(11), key: bytes, seenAt }],
      });
      await book.save('a', 'b');
      await book.save('aa', 'bb');
      await book.apply(called(jidOf(10), 'anni'));
      await book.apply(key(KEY_A, EARLIER));
      await book.apply(key(KEY_B, new Date()));
      await book.apply({ unsaved: [jidOf(10)] });
      const joined = async (query: string) =>
        (await page(`?compact=true${query}`)).items.map(({ kind, contact, fields }) => [
          kind,
          contact?.full_name ?? contact?.push_name,
          fields.join(' '),
        ]);
      expect((await joined('')).sort()).toEqual([
        ['contact.created', 'anni', ''],
        ['contact.created', 'bb', ''],
        ['contact.identity_key_changed', 'bb', 'identity_key'],
      ]);
      expect((await joined(`&after=${START + 2}`)).sort()).toEqual([
        ['contact.changed', 'anni', 'full_name push_name saved'],
        ['contact.changed', 'bb', 'full_name identity_key'],
        ['contact.identity_key_changed', 'bb', 'identity_key'],
      ]);
    });

    it.each([
      ['before the feed began', START - 1, 'begin after'],
      ['beyond its end', START + 2, `the last change has the number ${START + 1}`],
      ['already deleted', START, 'are no longer stored'],
    ])('answers 410 to positions %s', async (what, after, reason) => {
      await book.save('a');
      if (what === 'already deleted')
        await book.dataSource.query('UPDATE account SET feed_pruned_to = $1', [START + 1]);
      const { status, body } = await book.service.get<Problem>(`/changes?after=${after}`);
      expect([status, body.code]).toEqual([410, 'changes_gone']);
      expect(body.message).toContain(reason);
      expect(body.message).toContain('Changes-Next');
      expect((await book.service.get(`/changes/stream?after=${after}`)).status).toBe(410);
    });

    it('starts at 0 for new readers while all changes are stored', async () => {
      await book.save('a');
      expect(names(await page('?after=0'))).toEqual(['a']);
      await book.dataSource.query('UPDATE account SET feed_pruned_to = feed_latest');
      expect((await book.service.get('/changes?after=0')).status).toBe(410);
    });
  });

  it.each(['/getcontacts', '/contacts'])('continues from the position that %s returns', async (path) => {
    await book.save('a', 'b');
    const before = await book.service.get(path);
    expect(before.headers.get('changes-next')).toBe(String(START + 2));
    await book.save('a', 'c');
    expect(names(await page(`?after=${before.headers.get('changes-next')}`))).toEqual(['c']);
    const held = await book.service.request(path, {
      headers: { 'If-None-Match': (await book.service.get(path)).headers.get('etag') as string },
    });
    expect([held.status, held.headers.get('changes-next')]).toEqual([304, String(START + 3)]);
  });

  it('continues exactly where a list ends, although all of it changes while it is read', async () => {
    const people = Array.from({ length: 60 }, (_, i) => `n${i}`);
    await book.save(...people);
    let isOver = false;
    const writing = (async () => {
      for (let round = 0; !isOver; round++) await book.save(...people.map((name) => `${name} ${round}`));
    })();
    for (let i = 0; i < 20; i++) {
      const { body, headers } = await book.service.get<{ jid: string; full_name: string }[]>('/getcontacts');
      const last = Number(headers.get('changes-next'));
      const copy = new Map<string, string>();
      for (const { seq, jid, contact } of (await page(`?limit=1000&after=${Math.max(START, last - 900)}`))
        .items) {
        if (seq <= last) copy.set(jid as string, contact?.full_name as string);
      }
      expect(new Map(body.map(({ jid, full_name: name }) => [jid, name]))).toEqual(new Map([...copy].sort()));
    }
    isOver = true;
    await writing;
  });

  describe('streamed', () => {
    it('ends at once for HEAD', async () => {
      const response = await book.service.request('/changes/stream', { method: 'HEAD' });
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    });

    it('sends changes to all readers when they are committed', async () => {
      const [one, other] = await Promise.all([read().opened(), read().opened()]);
      await book.save('a');
      await book.save('b');
      expect((await one.has(1))[0]).toEqual((await page()).items[0]);
      await Promise.all([one.has(1), other.has(1)]);
      expect(other.changes).toEqual(one.changes);
    });

    it('sends only the requested kinds and fields, interleaved with others, without a gap', async () => {
      const deleted = await read('?kinds=contact.created,contact.deleted&fields=full_name').opened();
      const renamed = await read('?kinds=contact.changed').opened();
      for (let round = 0; round < 10; round++) {
        await book.save('a', `b${round}`);
        await book.apply(called(jidOf(11), `anni${round}`));
        await book.apply({ unsaved: [jidOf(10)] });
      }
      const all = (await page('?limit=1000')).items;
      const others = all.filter(({ kind }) => kind === 'contact.changed');
      expect(others.length).toBeGreaterThan(10);
      expect(await renamed.has(others.length)).toEqual(others);
      const rest = all.filter(({ kind }) => kind !== 'contact.changed');
      expect(await deleted.has(rest.length)).toEqual(
        rest.map(({ contact, ...change }) => ({
          ...change,
          contact: contact && { full_name: contact.full_name },
        })),
      );
    });

    it('finds the requested kinds after many others', async () => {
      await book.save('a');
      await book.dataSource.query(
        `INSERT INTO change (account_id, seq, at, kind, fields) SELECT $1, $2::bigint + i, now(), 'contact.changed', '{}'
         FROM generate_series(2, 24_999) i`,
        [book.accountId, START],
      );
      await book.dataSource.query('UPDATE account SET feed_latest = $1', [START + 24_999]);
      await book.save('a', 'b');
      const reader = read(`?after=${START + 1}&kinds=contact.created`);
      expect((await reader.has(1)).map(({ contact }) => contact?.full_name)).toEqual(['b']);
    });

    it('advances the position of a reader who gets no changes', async () => {
      const response = await fetch(
        `http://127.0.0.1:${book.service.port}/changes/stream?kinds=contact.merged`,
      );
      await book.save('a', 'b');
      let text = '';
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        text += Buffer.from(chunk).toString();
        if (text.includes(`id: ${START + 2}\n`)) break;
      }
      expect(text).toContain(`event: position\nid: ${START + 2}\ndata: {"next":${START + 2}}\n\n`);
    });

    it('continues at the position of the reader on another replica', async () => {
      const replica = await Service.start({ DATABASE_URL: book.database.url, ROLE: 'api' });
      const reader = await read('', replica).opened();
      await book.save('a');
      await reader.has(1);
      expect(await replica.stop()).toBe(0);
      await book.save('a', 'b');
      const { seq } = reader.changes[0]!;
      const next = read('', book.service, { 'Last-Event-ID': String(seq) });
      expect((await next.has(1))[0]).toMatchObject({ seq: seq + 1, contact: { full_name: 'b' } });
    });

    it('reconnects and continues after a restart of the process', async () => {
      const environment = { DATABASE_URL: book.database.url, ROLE: 'api' };
      const replica = await Service.start(environment);
      const reader = await read('', replica).opened();
      expect(await replica.stop()).toBe(0);
      await book.save('a', 'b');
      const again = await Service.start({ ...environment, PORT: String(replica.port) });
      expect((await reader.has(2)).map(({ seq }) => seq)).toEqual([START + 1, START + 2]);
      await again.stop();
    });

    it('continues after the database was unreachable', async () => {
      const reader = await read().opened();
      await book.proxy.goDown();
      await book.save('a');
      await eventually(
        'the API reports that the database is unreachable',
        async () => (await book.service.get('/changes')).status === 503,
      );
      await book.proxy.comeBack();
      await reader.has(1);
    });

    it('sends changes behind a transaction pooler, which does not deliver notifications', async () => {
      const reader = await read().opened();
      await book.dataSource.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%notifications'",
      );
      await book.save('a');
      await reader.has(1);
    });

    it('slows down only slow readers', async () => {
      const slow = await fetch(`http://127.0.0.1:${book.service.port}/changes/stream`);
      const reader = await read().opened();
      const names = Array.from({ length: 160 }, (_, i) => `${i} ${'x'.repeat(980)}`);
      for (let round = 0; round < 20; round++) await book.save(...names.map((name) => `${name}${round}`));
      await reader.has(20 * names.length);
      const ids: string[] = [];
      let rest = '';
      for await (const chunk of slow.body as unknown as AsyncIterable<Uint8Array>) {
        const lines = (rest + Buffer.from(chunk).toString()).split('\n');
        rest = lines.pop() ?? '';
        ids.push(...lines.filter((line) => line.startsWith('id: ')));
        if (ids.length > 20 * names.length) break;
      }
      expect(ids).toEqual([START, ...reader.changes.map(({ seq }) => seq)].map((seq) => `id: ${seq}`));
    });

    it('reports what is wrong with Last-Event-ID', async () => {
      const { status, body } = await book.service.request<Problem>('/changes/stream', {
        headers: { 'Last-Event-ID': 'x' },
      });
      expect([status, body.code]).toEqual([400, 'invalid_request']);
    });
  });

  it('ends the stream when the key is deleted', async () => {
    const guarded = await Service.start({ DATABASE_URL: book.database.url, ROLE: 'api', API_KEY: MASTER });
    const request = { name: 'crm', scopes: ['contacts:read'] };
    const { body } = await guarded.post<{ key: string; id: string }>('/keys', request, MASTER);
    const reader = await read('', guarded, { 'X-API-Key': body.key }).opened();
    await book.save('a');
    await reader.has(1);
    const seq = reader.changes[0]?.seq;
    const waiting = guarded.request<Problem>(`/changes?after=${seq}&wait=30`, {
      headers: { 'X-API-Key': body.key },
    });
    await guarded.delete(`/keys/${body.id}`, MASTER);
    await book.save('a', 'b');
    await eventually('the key is refused', async () => reader.refusals.includes(401));
    expect(reader.changes).toHaveLength(1);
    expect((await waiting).body.code).toBe('key_invalid');
    await guarded.stop();
  });
});
