import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresClient } from '../../src/database/postgres-client.js';
import { patient } from '../support/patience.js';
import { eventually, Service } from '../support/service.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const STOPPED_WITHIN_MS = 3_000;

describe('SIGTERM during the start', () => {
  let database: TestDatabase;

  /** Stops the service. Returns the exit code and how long it took in ms. */
  const stop = async (service: Service) => {
    const startMs = performance.now();
    const code = await service.stop();
    return { code, ms: performance.now() - startMs };
  };

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(() => database.drop());

  it('ends a process that loads its code', async () => {
    const preload = new URL('../support/stop-when-handled.mjs', import.meta.url).href;
    const service = await Service.spawn({
      DATABASE_URL: database.url,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${preload}`,
    });
    expect(await service.exit()).toBe(0);
    expect(service.output).not.toMatch(/Listening/);
  });

  it('ends a process that waits to migrate', async () => {
    const other = new PostgresClient(database.url);
    await other.connect();
    await other.query('BEGIN; LOCK TABLE migration IN ACCESS EXCLUSIVE MODE');
    const service = await Service.spawn({ DATABASE_URL: database.url });
    await eventually('it waits', async () => {
      const { rows } = await other.query<{ waiting: number }>(
        'SELECT count(*)::int AS waiting FROM pg_locks WHERE NOT granted',
      );
      return rows[0]?.waiting === 1;
    });
    const { code, ms } = await stop(service);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(patient(STOPPED_WITHIN_MS));
    expect(service.output).not.toMatch(/timed out|Stopping failed|fatal/);
    await other.end();
  });

  it('ends a session process whose database does not respond', async () => {
    const { proxy, url } = await TcpProxy.beforeDatabase(database.url);
    proxy.swallowNew();
    const service = await Service.spawn({ DATABASE_URL: url, ROLE: 'session' });
    await eventually('it connects', async () => proxy.openLines > 0);
    const { code, ms } = await stop(service);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(patient(STOPPED_WITHIN_MS));
    await proxy.stop();
  });

  it('stops an embedded database that is starting', async () => {
    const DATA_DIR = await mkdtemp(join(tmpdir(), 'whatsapp-contacts-start-'));
    const service = await Service.spawn({ DATABASE_URL: '', DATA_DIR });
    const pidFile = join(DATA_DIR, 'postgres', 'data', 'postmaster.pid');
    await eventually('the database starts', async () => existsSync(pidFile));
    expect((await stop(service)).code).toBe(0);
    expect(service.output).not.toMatch(/Stopping failed|fatal|Listening/);
    expect(existsSync(pidFile)).toBe(false);
    await rm(DATA_DIR, { recursive: true, force: true });
  });
});
