import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { patient } from '../../../test/support/patience.js';
import { type EmbeddedPostgresServer, startEmbeddedPostgres } from './embedded-postgres.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

let root: string;
let dataDir: string;
let messages: string[];
let servers: EmbeddedPostgresServer[];
let children: ChildProcess[];

beforeEach(async () => {
  // Closed to other users, as a home directory is. If the tests run as root, Postgres has to pass it.
  root = await mkdtemp(join(tmpdir(), 'embedded-postgres-'));
  dataDir = join(root, 'data');
  [messages, servers, children] = [[], [], []];
});

afterEach(async () => {
  for (const child of children) killGroup(child);
  await Promise.all(servers.map((server) => server.stop()));
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
});

async function start(): Promise<EmbeddedPostgresServer> {
  const server = await startEmbeddedPostgres({ dataDir, log: (message) => messages.push(message) });
  servers.push(server);
  return server;
}

/** Starts a service in a separate process group. It prints the URL when the server is running. */
function startInChild(): ChildProcess {
  const code = `
    const [, module, dataDir] = process.argv;
    const { startEmbeddedPostgres } = await import(module);
    const server = await startEmbeddedPostgres({ dataDir, log: () => {} });
    console.log(server.url);
    await new Promise((resolve) => setInterval(resolve, 60_000));`;
  const module = join(import.meta.dirname, 'embedded-postgres.ts');
  const args = ['--import', 'tsx', '--input-type=module', '--eval', code, module, dataDir];
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(5);
}

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const pidFile = () => join(dataDir, 'postgres', 'data', 'postmaster.pid');
const postmasterPid = async () => Number((await readFile(pidFile(), 'utf8')).split('\n')[0]);

async function rejection(promise: Promise<unknown>): Promise<Error> {
  const [result] = await Promise.allSettled([promise]);
  if (result.status === 'fulfilled') throw new Error('it was expected to fail');
  return result.reason as Error;
}

describe('startEmbeddedPostgres without a database', () => {
  it('creates a UTF-8 database with locale C on the loopback address', async () => {
    const { url } = await start();
    const [row] = await query(
      url,
      `SELECT current_database() AS name, pg_encoding_to_char(encoding) AS encoding, datcollate AS collation,
         current_setting('listen_addresses') AS address, current_setting('unix_socket_directories') AS sockets
       FROM pg_database WHERE datname = current_database()`,
    );
    expect(row).toEqual({
      name: 'whatsapp_contacts',
      encoding: 'UTF8',
      collation: 'C',
      address: '127.0.0.1',
      sockets: '',
    });
    expect(await readdir(dataDir)).toEqual(['postgres']);
  });

  it('succeeds for one of two simultaneous calls', async () => {
    const results = await Promise.allSettled([start(), start()]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await readdir(dataDir)).toEqual(['postgres']);
  });

  it('succeeds after a call that was killed in the middle', async () => {
    const child = startInChild();
    const unfinished = async () => (await readdir(dataDir)).find((name) => name.startsWith('postgres.new-'));
    await until(async () => {
      const name = await unfinished().catch(() => undefined);
      return (
        name !== undefined &&
        (await stat(join(dataDir, name, 'data', 'base')).then(
          () => true,
          () => false,
        ))
      );
    });
    killGroup(child);
    await once(child, 'exit');
    expect(await unfinished()).toBeDefined();

    const { url } = await start();
    expect(await query(url, 'SELECT 1 AS id')).toEqual([{ id: 1 }]);
    expect(await readdir(dataDir)).toEqual(['postgres']);
  });

  it('rejects a DATA_DIR that is a file', async () => {
    await writeFile(dataDir, '');
    const error = await rejection(start());
    expect(error).toBeInstanceOf(EmbeddedPostgresError);
    expect(error.message).toMatch(/is not a directory.* DATABASE_URL/);
  });
});

describe('startEmbeddedPostgres with a database', () => {
  let template: string;

  // Created once and copied by cp, which preserves the owner.
  beforeAll(async () => {
    template = await mkdtemp(join(tmpdir(), 'embedded-postgres-'));
    const server = await startEmbeddedPostgres({ dataDir: template, log: () => undefined });
    await server.stop();
  });

  beforeEach(async () => {
    await promisify(execFile)('cp', ['-a', template, dataDir]);
  });

  afterAll(async () => {
    await rm(template, { recursive: true, force: true });
  });

  it('requires the password, which is stored in a file that only its owner can read', async () => {
    const { url } = await start();
    const wrong = new URL(url);
    wrong.password = 'guess';
    expect(await rejection(query(wrong.href, 'SELECT'))).toMatchObject({ code: '28P01' });
    expect((await stat(join(dataDir, 'postgres', 'password'))).mode & 0o777).toBe(0o600);
  });

  it('keeps the data after a restart', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS id');
    await first.stop();
    const second = await start();
    expect(await query(second.url, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
  });

  it('stops within 5 s while clients are connected, even if stop() is called several times', async () => {
    const server = await start();
    const client = new pg.Client(server.url);
    const cut = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', () => undefined);
    await client.connect();
    const begin = Date.now();
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(Date.now() - begin).toBeLessThan(patient(5_000));
    await cut;
    await expect(stat(pidFile())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('rejects a second service with the process that holds the lock, and keeps the first running', async () => {
    const { url } = await start();
    const error = await rejection(start());
    expect(error).toBeInstanceOf(EmbeddedPostgresError);
    expect(error.message).toContain(`${dataDir} is in use by another instance`);
    expect(error.message).toContain(`process ${process.pid}`);
    expect(await query(url, 'SELECT 1 AS id')).toEqual([{ id: 1 }]);
  });

  it('reuses the server that survived a killed service', async () => {
    const child = startInChild();
    const [output] = (await once(child.stdout!, 'data')) as [Buffer];
    const url = output.toString().trim();
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS id');
    const pid = await postmasterPid();
    killGroup(child);
    await once(child, 'exit');

    const server = await start();
    expect(server.url).toBe(url);
    expect(await postmasterPid()).toBe(pid);
    expect(await query(server.url, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
  });

  it('restarts a killed server with the same URL and data', async () => {
    const { url } = await start();
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS id');
    process.kill(await postmasterPid(), 'SIGKILL');
    await until(() => Promise.resolve(messages.includes('Embedded Postgres restarted')));
    expect(await query(url, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
  });

  it('starts although the PID in a stale postmaster.pid belongs to another process', async () => {
    const first = await start();
    const stale = await readFile(pidFile(), 'utf8');
    await first.stop();
    const stranger = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 60_000)'], { detached: true });
    children.push(stranger);
    await writeFile(pidFile(), stale.replace(/^\d+/, String(stranger.pid)));

    const { url } = await start();
    expect(await query(url, 'SELECT 1 AS id')).toEqual([{ id: 1 }]);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  });

  it('rejects the directory of another major version of Postgres', async () => {
    const first = await start();
    await first.stop();
    await writeFile(join(dataDir, 'postgres', 'data', 'PG_VERSION'), '15\n');
    const error = await rejection(start());
    expect(error).toBeInstanceOf(EmbeddedPostgresError);
    expect(error.message).toMatch(/was written by Postgres 15, .* DATABASE_URL/);
  });
});
