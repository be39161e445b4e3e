import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { patient } from '../../test/support/patience.js';
import { TcpProxy } from '../../test/support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { copyLines } from './copy-lines.js';
import { dataSourceOptions } from './data-source.js';
import { isDatabaseUnavailable } from './database-errors.js';
import { channelSql } from './database-schema.js';
import { Listener } from './listener.js';
import { PostgresClient } from './postgres-client.js';
import { SilenceLimit } from './silence-limit.js';

/** Long enough for the responses of a busy machine. */
const LIMIT_MS = 2_000;
const CONNECTIONS = 4;

describe('SilenceMonitor', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let url: string;
  let dataSource: DataSource;
  let pool: pg.Pool;

  const select = () => dataSource.query<{ one: number }[]>('SELECT 1 AS one');
  /** Returns the result of a query as the caller of the pool receives it, and how long it took. */
  const timed = async (work: () => Promise<unknown>) => {
    const startMs = performance.now();
    const error = await work().then(
      () => null,
      (reason: unknown) => reason,
    );
    return { error, ms: performance.now() - startMs };
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    ({ proxy, url } = await TcpProxy.beforeDatabase(database.url));
  });

  beforeEach(async () => {
    const silence = new SilenceLimit(LIMIT_MS);
    dataSource = new DataSource(
      dataSourceOptions(url, { entities: [], maxConnections: CONNECTIONS, silence }),
    );
    await dataSource.initialize();
    const limited = { connectionString: url, max: CONNECTIONS, Client: PostgresClient, silence };
    pool = new pg.Pool(limited as pg.PoolConfig).on('error', () => {});
    // All connections of both pools are open and idle afterward.
    await Promise.all(
      Array.from({ length: CONNECTIONS }, () =>
        Promise.all([dataSource.query('SELECT pg_sleep(0.1)'), pool.query('SELECT pg_sleep(0.1)')]),
      ),
    );
  });

  afterEach(async () => {
    await dataSource.destroy();
    await pool.end();
  });

  afterAll(async () => {
    await proxy.stop();
    await database.drop();
  });

  it('fails one query, and closes the dropped connections of every pool', async () => {
    proxy.swallow();
    const { error, ms } = await timed(select);
    expect(isDatabaseUnavailable(error)).toBe(true);
    expect(ms).toBeLessThan(patient(LIMIT_MS + 1_000));
    for (let each = 0; each < 2 * CONNECTIONS; each += 1) {
      expect(await select()).toEqual([{ one: 1 }]);
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    }
  });

  it('fails the transaction, and frees its slot in the pool', async () => {
    for (let each = 0; each <= CONNECTIONS; each += 1) {
      const { error } = await timed(() =>
        dataSource.transaction(async (tx) => {
          await tx.query('SELECT 1');
          proxy.swallow();
          await tx.query('SELECT 2');
        }),
      );
      expect(isDatabaseUnavailable(error)).toBe(true);
    }
    expect(await select()).toEqual([{ one: 1 }]);
  });

  it('fails a stream that waits for rows', async () => {
    const rows = await copyLines(pool, `SELECT repeat('x', 1000) FROM generate_series(1, 200000)`);
    await new Promise((resolve) => rows.once('data', resolve));
    proxy.swallow();
    const { error } = await timed(async () => rows.resume().toArray());
    expect(isDatabaseUnavailable(error)).toBe(true);
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('does not close a connection whose reader is slow', async () => {
    const rows = await copyLines(pool, `SELECT repeat('x', 1000) FROM generate_series(1, 20000)`);
    let bytes = 0;
    for await (const chunk of rows as AsyncIterable<Buffer>) {
      if (bytes === 0) await sleep(3 * LIMIT_MS);
      bytes += chunk.length;
    }
    expect(bytes).toBe(20_000 * 1_001);
  });

  it('closes the connection of a query that exceeds the limit, and completes other queries', async () => {
    const { error } = await timed(() => pool.query('SELECT pg_sleep(60)'));
    expect(isDatabaseUnavailable(error)).toBe(true);
    await sleep(2 * LIMIT_MS);
    expect(await select()).toEqual([{ one: 1 }]);
  });

  it('does not close other connections if some of them respond', async () => {
    const patientPool = new pg.Pool({
      connectionString: url,
      Client: PostgresClient,
      silence: new SilenceLimit(60_000),
    } as pg.PoolConfig);
    const long = patientPool.query('SELECT pg_sleep(8), 1 AS one');
    const slow = timed(() => pool.query('SELECT pg_sleep(60)'));
    let isOver = false;
    void long.finally(() => (isOver = true)).catch(() => {});
    while (!isOver) {
      await select();
      await sleep(200);
    }
    expect((await long).rows).toMatchObject([{ one: 1 }]);
    expect(isDatabaseUnavailable((await slow).error)).toBe(true);
    const [{ left } = { left: -1 }] = await database.query<{ left: number }>(
      `SELECT count(*)::int AS left FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'`,
    );
    expect(left).toBe(0);
    await patientPool.end();
  });

  it('does not close a connection whose response arrives while the event loop is busy', async () => {
    const limited = {
      connectionString: database.url,
      Client: PostgresClient,
      silence: new SilenceLimit(500),
    };
    const direct = new pg.Pool(limited);
    await direct.query('SELECT 1');
    const slow = direct.query('SELECT pg_sleep(0.3), 1 AS one');
    await sleep(50);
    // Node.js runs timers before it reads from sockets if it was busy in this phase.
    await setImmediate();
    const untilMs = performance.now() + 1_500;
    while (performance.now() < untilMs);
    expect((await slow).rows).toMatchObject([{ one: 1 }]);
    await direct.end();
  });

  it('closes the dropped connection of the listener, which reconnects', async () => {
    const listener = new Listener(url, 'test');
    const payloads: string[] = [];
    const receive = async () => {
      payloads.length = 0;
      listener.listen('channel', (payload) => payloads.push(payload));
      const notify = `SELECT pg_notify(${channelSql('$1')}, $2)`;
      while (payloads.length === 0) await database.query(notify, ['channel', 'hello']);
    };
    await receive();
    proxy.swallow();
    await timed(select);
    await receive();
    await listener.onApplicationShutdown();
  });
});
