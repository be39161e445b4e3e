import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RawConnection } from '../attack/raw.js';
import { eventually } from '../support/service.js';
import { jidOf, ServedAddressBook } from './served-address-book.js';

const LISTS = [
  '/getcontacts',
  '/contacts',
  '/contacts?search=anna&limit=1',
  '/sessions/default/getcontacts',
  '/contacts/count',
  '/contacts/index',
  '/contacts.ndjson',
];
const EXPORTS = ['/contacts.csv', '/contacts.vcf'];
/** More contacts than fit into the buffers of two sockets. */
const MANY = 30_000;

/** Longer than the service waits for clients that do not read. */
const STALL_AGAIN_MS = 25_000;

interface RawAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

describe('the API for lists, pages and exports', () => {
  let book: ServedAddressBook;

  beforeAll(async () => {
    book = await ServedAddressBook.start();
  });

  afterAll(() => book.stop());

  beforeEach(async () => {
    await book.clear();
    await book.save('Anna', 'Ben', 'Cleo');
  });

  /** Without what fetch() sends and decodes by itself. */
  function ask(
    path: string,
    headers: Record<string, string> = {},
    method = 'GET',
    localAddress?: string,
  ): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      const asking = request(
        { host: '127.0.0.1', port: book.service.port, path, method, headers, localAddress },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: Buffer.concat(chunks),
            }),
          );
        },
      );
      asking.once('error', reject).end();
    });
  }

  async function etagOf(path: string): Promise<string> {
    const { headers } = await ask(path);
    expect(headers).toMatchObject({ 'cache-control': 'private, no-cache', vary: 'Accept-Encoding' });
    return headers.etag as string;
  }

  it.each(LISTS)('answers 304 for %s until something changes', async (path) => {
    const etag = await etagOf(path);
    expect(etag).toMatch(/^"[\w-]+"$/);
    for (const header of [etag, `"other", W/${etag}`, '*']) {
      const { status, body, headers } = await ask(path, {
        'if-none-match': header,
        'cache-control': 'no-cache',
      });
      expect([status, body.length, headers.etag]).toEqual([304, 0, etag]);
      expect(headers.vary).toBe('Accept-Encoding');
    }
    expect((await ask(path, { 'if-none-match': '"other"' })).status).toBe(200);
    await book.save('Anna', 'Ben', 'Cleo');
    expect((await ask(path, { 'if-none-match': etag })).status).toBe(304);
    await book.apply({ unsaved: [jidOf(12)] });
    const { status, headers } = await ask(path, { 'if-none-match': etag });
    expect(status).toBe(200);
    expect(headers.etag).not.toBe(etag);
  });

  it.each([
    ['a push name', { pushNames: [{ address: jidOf(10), name: 'Annie', observedAt: new Date() }] }],
    ['a mapping', { mappings: [{ jid: jidOf(10), lid: '111111111111111@lid', observedAt: new Date() }] }],
    ['a picture', { pictures: [{ address: jidOf(10), state: 'none' }] }],
    [
      'an identity key',
      { identityKeys: [{ address: jidOf(10), key: Buffer.alloc(32, 1), seenAt: new Date() }] },
    ],
    ['a deleted contact', { unsaved: [jidOf(10)] }],
  ])('changes the ETag after %s', async (_, changes) => {
    const etag = await etagOf('/contacts');
    await book.apply(changes as Parameters<typeof book.apply>[0]);
    expect((await ask('/contacts', { 'if-none-match': etag })).status).toBe(200);
  });

  it.each(['/contacts', '/contacts.ndjson'])('changes the ETag of %s when an about expires', async (path) => {
    await book.dataSource.query(
      `UPDATE contact SET text_status = 'Hi', text_status_expires_at = now() + interval '1 s'
       WHERE jid = '${jidOf(10)}'`,
    );
    const etag = await etagOf(path);
    const names = await etagOf(`${path}?fields=jid,full_name`);
    const { body } = await eventually('the about has expired', async () => {
      const answer = await ask(path, { 'if-none-match': etag });
      return answer.status === 200 && answer;
    });
    expect(body.toString()).toContain('"about":{"text":""');
    expect((await ask(`${path}?fields=jid,full_name`, { 'if-none-match': names })).status).toBe(304);
  });

  it('changes the ETag when the first sync is complete', async () => {
    await book.dataSource.query('UPDATE account SET synced_at = NULL');
    const etag = await etagOf('/getcontacts');
    await book.dataSource.query('UPDATE account SET synced_at = now()');
    const { status, headers } = await ask('/getcontacts', { 'if-none-match': etag });
    expect([status, headers['contacts-sync']]).toEqual([200, 'complete']);
  });

  it.each([...LISTS, ...EXPORTS])(
    'compresses %s in the requested encoding, with a separate ETag',
    async (path) => {
      const plain = await ask(path);
      expect(plain.headers['content-encoding']).toBeUndefined();
      const etags = new Set([plain.headers.etag]);
      for (const [name, decode] of [
        ['gzip', gunzipSync],
        ['br', brotliDecompressSync],
      ] as const) {
        const { body, headers } = await ask(path, { 'accept-encoding': `${name}, nonsense` });
        expect(headers['content-encoding']).toBe(name);
        expect(decode(body).toString()).toBe(plain.body.toString());
        etags.add(headers.etag);
      }
      expect(etags.size).toBe(EXPORTS.includes(path) ? 1 : 3);
      const { headers } = await ask(path, { 'accept-encoding': 'gzip;q=0, identity' });
      expect(headers['content-encoding']).toBeUndefined();
    },
  );

  it.each([...LISTS, ...EXPORTS, '/contacts.xlsx'])(
    'answers HEAD %s with the headers of GET and no body',
    async (path) => {
      const got = await ask(path);
      const { status, headers, body } = await ask(path, {}, 'HEAD');
      expect([status, body.length]).toEqual([200, 0]);
      for (const name of ['content-type', 'etag', 'cache-control', 'content-disposition', 'contacts-sync'])
        expect(headers[name]).toBe(got.headers[name]);
    },
  );

  it.each(['/contacts/491700000010/keys', '/contacts.csv', '/session', '/keys', '/nothing', '/livez'])(
    'forbids caches to store %s',
    async (path) => {
      expect((await ask(path)).headers['cache-control']).toBe('no-store');
    },
  );

  describe('with many contacts', () => {
    beforeEach(async () => {
      await book.dataSource.query(
        `INSERT INTO contact (account_id, jid, full_name)
         SELECT $1, (4916000000000 + i) || '@s.whatsapp.net', repeat('Person ' || i || ' ', 60) FROM generate_series(1, $2::int) i`,
        [book.accountId, MANY],
      );
    });

    it('completes responses while others stall, and disconnects the stalled ones', async () => {
      let stalled: RawConnection[] = [];
      let stalledAtMs = -Infinity;
      const stallAgain = async () => {
        for (const connection of stalled) connection.end();
        stalled = await Promise.all(Array.from({ length: 4 }, () => RawConnection.open(book.service.port)));
        for (const connection of stalled) {
          connection.socket.pause();
          connection.send('GET /getcontacts HTTP/1.1\r\nHost: localhost\r\n\r\n');
        }
        stalledAtMs = performance.now();
      };
      await eventually('two downloads occupy the slots of the caller', async () => {
        // On a busy machine, they can be disconnected before this test sees them.
        if (performance.now() - stalledAtMs > STALL_AGAIN_MS) await stallAgain();
        const [{ count }] = await book.dataSource.query<[{ count: string }]>(
          `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%' AND state = 'active'`,
        );
        return count === '2';
      });
      const answer = await book.service.get('/getcontacts');
      expect([answer.status, answer.text.length > MANY * 600]).toEqual([200, true]);
      for (const connection of stalled.slice(0, 2)) {
        connection.socket.resume();
        expect(await connection.closes(5_000)).toBe(true);
      }
      for (const connection of stalled) connection.end();
    });

    it('rejects too many parallel downloads of one caller, and serves other callers', async () => {
      const stalled = await Promise.all(
        Array.from({ length: 30 }, () => RawConnection.open(book.service.port)),
      );
      for (const [i, connection] of stalled.entries()) {
        connection.socket.pause();
        // Callers cannot choose the address that they are counted by.
        const forwarded = `X-Forwarded-For: 10.0.0.${i}`;
        connection.send(`GET /getcontacts HTTP/1.1\r\nHost: localhost\r\n${forwarded}\r\n\r\n`);
      }
      await sleep(1_000);
      const other = await ask('/getcontacts', {}, 'GET', '127.0.0.2');
      expect(other.status).toBe(200);
      const last = stalled.at(-1) as RawConnection;
      last.socket.resume();
      expect(await last.outcome(20_000)).toBe('429');
      expect(last.received).toMatch(
        /Retry-After: 5[^]*You already have 2 requests for lists or exports running/,
      );
      for (const connection of stalled) connection.end();
    });
  });

  it('answers a limited number of pipelined requests in order', async () => {
    const ids = Array.from({ length: 50 }, () => randomUUID());
    const connection = await RawConnection.open(book.service.port);
    connection.send(ids.map((id) => `GET /${id} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(''));
    await eventually('all are answered', () =>
      Promise.resolve(connection.received.match(/HTTP\/1\.1 404/g)?.length === ids.length),
    );
    expect(connection.received.match(/(?<=the path \/)[0-9a-f-]{36}/g)).toEqual(ids);
    connection.end();

    const rude = await RawConnection.open(book.service.port);
    rude.send('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(1_000));
    expect(await rude.closes(5_000)).toBe(true);
  });

  it('disconnects clients that send one byte per second', async () => {
    const head = await RawConnection.open(book.service.port);
    head.send('GET /livez HTTP/1.1\r\nHost: localhost\r\n');
    const trickle = setInterval(() => head.send('X'), 1_000);
    expect(await head.outcome(15_000)).toBe('408');
    clearInterval(trickle);
    head.end();
  });
});
