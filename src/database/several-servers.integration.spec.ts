import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import { type PostgresServer, startPostgresServer } from '../../test/support/postgres-server.js';
import { TcpProxy } from '../../test/support/tcp-proxy.js';
import { toDatabaseError } from './connection-errors.js';
import { isDatabaseUnavailable } from './database-errors.js';
import { LeasePool } from './lease-pool.js';
import { PostgresClient } from './postgres-client.js';
import { StreamPool } from './stream-pool.js';

const PORT = 'SELECT inet_server_port() AS port';
const APPLICATION = 'SELECT current_setting($1) AS value';

/** Two servers with the same user: "first" and "second" in the URLs of the tests. */
let first: PostgresServer;
let second: PostgresServer;
let counter = 0;

beforeAll(async () => {
  [first, second] = await Promise.all([startPostgresServer(), startPostgresServer()]);
  for (const server of [first, second]) await server.query("CREATE ROLE app LOGIN PASSWORD 'app'");
});

afterAll(() => Promise.all([first.stop(), second.stop()]));

const setReadOnly = (server: PostgresServer) =>
  server.query('ALTER ROLE app SET default_transaction_read_only = on');

afterEach(() => Promise.all([first, second].map((server) => server.query('ALTER ROLE app RESET ALL'))));

/** Each URL is new, so that the search does not use the result of another test. */
const url = (ports: (number | string)[], parameters = '') =>
  `postgres://app:app@${ports.map((port) => `127.0.0.1:${port}`).join()}/postgres?x=${++counter}&${parameters}`;

async function portOf(address: string): Promise<number> {
  const client = new PostgresClient(address);
  await client.connect();
  try {
    return (await client.query<{ port: number }>(PORT)).rows[0]?.port ?? 0;
  } finally {
    await client.end();
  }
}

/** Accepts connections and does not respond. */
async function listenSilently(): Promise<{ silent: Server; port: number }> {
  const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  return { silent, port: (silent.address() as { port: number }).port };
}

const failure = async (address: string) => portOf(address).catch((error: unknown) => error);

describe('several servers', () => {
  it('uses the first one that accepts connections', async () => {
    expect(await portOf(url([first.port, second.port]))).toBe(first.port);
    expect(await portOf(url([1, second.port, first.port]))).toBe(second.port);
  });

  it.each(['read-write', 'read-only', 'any'])(
    'finds the server for target_session_attrs=%s',
    async (role) => {
      await setReadOnly(first);
      const found = await portOf(url([1, first.port, second.port], `target_session_attrs=${role}`));
      expect(found).toBe(role === 'read-write' ? second.port : first.port);
    },
  );

  it.each([
    ['primary', [1, 'first', 'second'], 'first'],
    ['prefer-standby', ['second', 'first'], 'second'],
  ] as const)('finds a server for target_session_attrs=%s', async (role, names, expected) => {
    const port = { first: first.port, second: second.port };
    const ports = names.map((name) => (name === 1 ? 1 : port[name]));
    expect(await portOf(url(ports, `target_session_attrs=${role}`))).toBe(port[expected]);
  });

  it('reports why each server cannot be used', async () => {
    await setReadOnly(first);
    const address = url([1, first.port], 'target_session_attrs=read-write');
    const error = await failure(address);
    expect(isDatabaseUnavailable(error)).toBe(true);
    expect(toDatabaseError(error, address).message).toMatch(
      new RegExp(
        `127.0.0.1:1: it cannot be reached \\(ECONNREFUSED\\)[^]*` +
          `127.0.0.1:${first.port}: it is read-only, and target_session_attrs is read-write\\. Check`,
      ),
    );
  });

  it('rejects a single server that is read-only', async () => {
    await setReadOnly(first);
    expect(await failure(url([first.port], 'target_session_attrs=read-write'))).toMatchObject({
      code: '25006',
    });
    expect(await failure(url([first.port], 'target_session_attrs=standby'))).toMatchObject({ code: '08004' });
  });

  it('skips a server that does not respond', async () => {
    const { silent, port } = await listenSilently();
    const begin = Date.now();
    expect(await portOf(url([port, first.port], 'target_session_attrs=read-write'))).toBe(first.port);
    expect(Date.now() - begin).toBeLessThan(2_500);
    silent.close();
  });
});

describe('a pool with several servers', () => {
  let pool: Pool;
  const query = async () => (await pool.query<{ port: number }>(PORT)).rows[0]?.port;

  afterEach(() => pool.end());

  it('connects to the other server when one goes away, without a failed query', async () => {
    const { proxy } = await TcpProxy.beforeDatabase(first.url);
    pool = new StreamPool(url([proxy.port, second.port]), 'test');
    expect(await query()).toBe(first.port);
    const lost = once(pool, 'error');
    await proxy.goDown();
    await lost;
    expect(await query()).toBe(second.port);
  });

  it('leaves a server that becomes read-only while connections are open', async () => {
    pool = new StreamPool(url([first.port, second.port], 'target_session_attrs=read-write'), 'test');
    const firstPort = (await query()) as number;
    const [old, other] = firstPort === first.port ? [first, second] : [second, first];
    await old.query('ALTER SYSTEM SET default_transaction_read_only = on', 'SELECT pg_reload_conf()');
    // Postgres reports the change with the result of the next query.
    while ((await query()) === old.port);
    expect(await query()).toBe(other.port);
    await old.query('ALTER SYSTEM RESET default_transaction_read_only', 'SELECT pg_reload_conf()');
  });

  it('closes a connection when a write fails because the server is read-only', async () => {
    pool = new StreamPool(url([first.port], 'target_session_attrs=read-write'), 'test');
    const client = await pool.connect();
    await client.query('BEGIN READ ONLY');
    await expect(client.query('CREATE TABLE x (id int)')).rejects.toMatchObject({ code: '25006' });
    await expect(client.query('SELECT 1')).rejects.toThrow(/not queryable|read-only/);
    client.release();
    expect(await query()).toBe(first.port);
  });

  it('applies its time limit to the search for a server', async () => {
    const { silent, port } = await listenSilently();
    pool = new LeasePool(url([port, port]), 'test');
    const error = await query().catch((reason: Error) => reason);
    expect(error).toMatchObject({ cause: { message: 'Connection terminated while searching for a server' } });
    silent.close();
  });

  it('works again after all servers were away', async () => {
    const { proxy } = await TcpProxy.beforeDatabase(first.url);
    pool = new StreamPool(url([proxy.port, 1], 'target_session_attrs=read-write'), 'test');
    expect(await query()).toBe(first.port);
    const lost = once(pool, 'error');
    await proxy.goDown();
    await lost;
    await expect(query()).rejects.toThrow(/None of the servers/);
    await proxy.comeBack();
    expect(await query()).toBe(first.port);
    await proxy.stop();
  });
});

describe('a Unix socket', () => {
  let folder: string;
  let socket: Server;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'socket-'));
    socket = createServer((client) => client.pipe(connect(first.port, '127.0.0.1')).pipe(client));
    socket.listen(join(folder, '.s.PGSQL.5499'));
    await once(socket, 'listening');
  });

  afterAll(async () => {
    socket.close();
    await rm(folder, { recursive: true });
  });

  it.each([
    ['as a parameter', (path: string) => `postgresql://app:app@/postgres?host=${path}&port=5499`],
    [
      'as a parameter without credentials',
      (path: string) => `postgresql:///postgres?host=${path}&port=5499&user=app&password=app`,
    ],
    [
      'as an encoded host',
      (path: string) => `postgresql://app:app@${encodeURIComponent(path)}:5499/postgres`,
    ],
    [
      'with sslmode, which sockets ignore',
      (path: string) => `postgresql://app:app@/postgres?host=${path}&port=5499&sslmode=require`,
    ],
  ])('is accepted %s', async (_, address) => {
    expect(await portOf(address(folder))).toBe(first.port);
  });
});

it('shows the password in no log', async () => {
  await first.query("CREATE ROLE secretive LOGIN PASSWORD 's3cr3t'");
  const client = await new PostgresClient(
    `postgres://secretive:s3cr3t@127.0.0.1:${first.port}/postgres`,
  ).connect();
  expect(inspect(client, { depth: 10 })).not.toContain('s3cr3t');
  await client.end();
});

it('passes parameters of sessions to Postgres, and ignores those of other libraries', async () => {
  const client = new PostgresClient(
    url(
      [first.port],
      'application_name=mine&options=-c%20work_mem%3D8MB&schema=public&pgbouncer=true&connection_limit=1',
    ),
  );
  await client.connect();
  const value = async (name: string) =>
    (await client.query<{ value: string }>(APPLICATION, [name])).rows[0]?.value;
  expect([await value('application_name'), await value('work_mem')]).toEqual(['mine', '8MB']);
  await client.end();
});
