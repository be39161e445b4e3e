import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { boundedQuery } from './bounded-query.js';
import { copyLines, copySnapshot, readJsonLines } from './copy-lines.js';
import { dataSourceOptions } from './data-source.js';
import { DatabaseHealth } from './database.health.js';
import { PostgresClient } from './postgres-client.js';
import { ProbePool } from './probe-pool.js';
import { StreamPool } from './stream-pool.js';

/** Returns a startup message that contains only user and database. */
function withoutSettings(startup: Buffer): Buffer {
  const words = startup.subarray(8, -1).toString('latin1').split('\0');
  const parameters = words.flatMap((name, at) =>
    at % 2 === 0 && ['user', 'database'].includes(name) ? [name, words[at + 1]] : [],
  );
  const body = Buffer.from(`${parameters.join('\0')}\0\0`, 'latin1');
  const head = Buffer.from(startup.subarray(0, 8));
  head.writeInt32BE(head.length + body.length);
  return Buffer.concat([head, body]);
}

/** Starts a proxy that ignores the settings of its clients, as some connection poolers do. */
async function startPooler(databaseUrl: string): Promise<{ pooler: Server; url: string }> {
  const url = new URL(databaseUrl);
  const [port, host] = [Number(url.port || 5432), url.hostname];
  const pooler = createServer((socket) => {
    const target = connect(port, host);
    socket.once('data', (startup) => {
      target.write(withoutSettings(startup));
      socket.pipe(target);
    });
    target.pipe(socket);
    for (const [one, other] of [
      [socket, target],
      [target, socket],
    ] as const)
      one.on('error', () => {}).on('close', () => other.destroy());
  });
  pooler.listen(0, '127.0.0.1');
  await once(pooler, 'listening');
  Object.assign(url, { hostname: '127.0.0.1', port: String((pooler.address() as AddressInfo).port) });
  return { pooler, url: url.href };
}

describe('a connection', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createDatabase('TEMPLATE template0');
  });

  afterEach(() => database.drop());

  const set = async (...settings: string[]) => {
    const [{ name } = { name: '' }] = await database.query<{ name: string }>(
      'SELECT current_database() AS name',
    );
    for (const setting of settings) await database.query(`ALTER DATABASE ${name} SET ${setting}`);
  };

  it.each(['SQL, DMY', 'German', 'Postgres, MDY', 'ISO, DMY'])(
    'reads dates if the database uses %s',
    async (style) => {
      await set(`DateStyle = '${style}'`, `TimeZone = 'Asia/Kolkata'`);
      const sql = `SELECT now() AS at, date '2026-03-04' AS day, ARRAY[timestamptz '2026-03-04 05:06:07.008Z'] AS list`;
      const pool = new ProbePool(`${database.url}?options=-c%20datestyle%3DGerman`, 'test');
      for (const [row] of [
        await database.query(sql),
        (await pool.query<Record<string, unknown>>(sql)).rows,
      ]) {
        expect(row).toMatchObject({ at: expect.any(Date), list: [new Date('2026-03-04T05:06:07.008Z')] });
        expect((row?.day as Date).getDate()).toBe(4);
      }
      await pool.end();
    },
  );

  it('reads string constants, bytes and numbers as usual', async () => {
    await set('standard_conforming_strings = off', `bytea_output = 'escape'`, 'extra_float_digits = -15');
    const [row] = await database.query(
      String.raw`SELECT '\d' AS text, '\x00ff5c'::bytea AS bytes, to_json(1798000000123457::bigint) AS seq`,
    );
    expect(row).toEqual({
      text: String.raw`\d`,
      bytes: Buffer.from([0, 255, 92]),
      seq: 1_798_000_000_123_457,
    });
  });

  it.each(['serializable', 'repeatable read'])(
    'runs transactions as read committed if the default is %s',
    async (level) => {
      await set(`default_transaction_isolation = '${level}'`);
      const dataSource = await new DataSource(dataSourceOptions(database.url, { entities: [] })).initialize();
      const shown = `SELECT current_setting('transaction_isolation') AS level`;
      const rows = await dataSource.transaction((tx) => tx.query<unknown[]>(shown));
      expect(rows).toEqual([{ level: 'read committed' }]);
      await dataSource.destroy();
      const pool = new ProbePool(database.url, 'test');
      expect((await boundedQuery(pool, 1_000, { text: shown })).rows).toEqual([{ level: 'read committed' }]);
      await pool.end();
    },
  );

  it('streams to slow readers if the database limits the time of statements', async () => {
    await set('statement_timeout = 300');
    const pool = new StreamPool(database.url, 'test');
    const count = 20_000;
    const sql = `SELECT to_json(repeat('x', 2000)) FROM generate_series(1, ${count})`;
    const streams = [await copyLines(pool, sql), (await copySnapshot(pool, { text: 'SELECT 1' }, sql)).rows];
    await sleep(1_000);
    for (const stream of streams) {
      let lines = 0;
      for await (const _ of readJsonLines(stream)) lines += 1;
      expect(lines).toBe(count);
    }
    await expect(pool.query('SELECT pg_sleep(1)')).rejects.toMatchObject({ code: '57014' });
    await pool.end();
  });

  it.each([
    ['DateStyle', `'SQL, DMY'`, `uses DateStyle "SQL, DMY" and ignores .*SET DateStyle = 'ISO, MDY'`],
    ['standard_conforming_strings', 'off', `SET standard_conforming_strings = 'on'`],
  ])('is closed with a remedy if a pooler does not apply %s', async (name, value, remedy) => {
    await set(`${name} = ${value}`);
    const { pooler, url } = await startPooler(database.url);
    const client = new PostgresClient(url);
    const refusal = {
      name: 'DatabaseError',
      code: '08P01',
      message: expect.stringMatching(remedy) as unknown,
    };
    await expect(client.connect()).rejects.toMatchObject(refusal);
    const pool = new ProbePool(url, 'test');
    await expect(pool.query('SELECT 1')).rejects.toMatchObject(refusal);
    expect(await new DatabaseHealth(pool, false).problem()).toMatchObject({ message: refusal.message });
    await pool.end();
    pooler.close();
  });

  it('can be used through a pooler that ignores settings if the database has suitable ones', async () => {
    const { pooler, url } = await startPooler(database.url);
    const pool = new ProbePool(url, 'test');
    expect((await pool.query('SELECT now() AS at')).rows).toEqual([{ at: expect.any(Date) }]);
    await pool.end();
    pooler.close();
  });
});
