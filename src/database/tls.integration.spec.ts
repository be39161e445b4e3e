import { createPrivateKey } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { DataSource } from 'typeorm';
import {
  enableTls,
  type PostgresServer,
  startPostgresServer,
  TLS_USERS,
  type TlsFiles,
} from '../../test/support/postgres-server.js';
import { toDatabaseError } from './connection-errors.js';
import { copyLines } from './copy-lines.js';
import { dataSourceOptions } from './data-source.js';
import { channelSql } from './database-schema.js';
import { LeasePool } from './lease-pool.js';
import { Listener } from './listener.js';
import { PostgresClient } from './postgres-client.js';
import { ProbePool } from './probe-pool.js';
import { StreamPool } from './stream-pool.js';

const { either, tlsOnly, plainOnly, certificate } = TLS_USERS;

let server: PostgresServer;
let files: TlsFiles;

beforeAll(async () => {
  server = await startPostgresServer();
  files = await enableTls(server);
  // The new settings apply to connections that are made after the server has read them.
  while (await problemOf(url(tlsOnly, 'sslmode=require')));
});

afterAll(() => server.stop());

function url(user: string, parameters = '', host = 'localhost'): string {
  return `postgres://${user}:${user}@${host}:${server.port}/whatsapp_contacts?${parameters}`;
}

const IS_ENCRYPTED = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';

async function isEncrypted(address: string): Promise<boolean> {
  const client = new PostgresClient(address);
  await client.connect();
  try {
    return (await client.query<{ ssl: boolean }>(IS_ENCRYPTED)).rows[0]?.ssl === true;
  } finally {
    await client.end();
  }
}

/** Returns the message for the operator; null if the connection succeeds. */
async function problemOf(address: string): Promise<string | null> {
  try {
    await isEncrypted(address);
    return null;
  } catch (error) {
    return toDatabaseError(error, address).message;
  }
}

describe('sslmode', () => {
  it.each([
    [either, '', false],
    [either, 'sslmode=disable', false],
    [either, 'sslmode=allow', false],
    [either, 'sslmode=prefer', true],
    [either, 'sslmode=require', true],
    [either, 'sslmode=no-verify', true],
    [either, 'ssl=no-verify', true],
    [either, 'ssl=false', false],
    [either, 'sslmode=require&channel_binding=require', true],
    [tlsOnly, 'sslmode=allow', true],
    [tlsOnly, 'sslmode=prefer', true],
    [plainOnly, 'sslmode=prefer', false],
  ])('connects as %s with "%s" (encrypted: %s)', async (user, parameters, encrypted) => {
    expect(await isEncrypted(url(user, parameters))).toBe(encrypted);
  });

  it.each([
    ['require', 'localhost'],
    ['require', '127.0.0.1'],
    ['verify-ca', '127.0.0.1'],
    ['verify-full', 'localhost'],
  ])('accepts %s with the CA of the server at %s', async (mode, host) => {
    expect(await isEncrypted(url(tlsOnly, `sslmode=${mode}&sslrootcert=${files.ca.cert}`, host))).toBe(true);
  });

  it('authenticates with a client certificate', async () => {
    const { cert, key } = files.client;
    expect(await isEncrypted(url(certificate, `sslmode=require&sslcert=${cert}&sslkey=${key}`))).toBe(true);
  });

  it('decrypts the key of a client certificate, and shows it in no log', async () => {
    const { cert, key } = files.client;
    const encrypted = join(server.folder, 'encrypted.key');
    const cipher = { cipher: 'aes-256-cbc', passphrase: 's3cr3t' };
    const pem = createPrivateKey(await readFile(key)).export({ type: 'pkcs8', format: 'pem', ...cipher });
    await writeFile(encrypted, pem);
    const address = (password: string, mode: string) =>
      url(certificate, `sslmode=${mode}&sslcert=${cert}&sslkey=${encrypted}&sslpassword=${password}`);
    expect(await problemOf(address('wrong', 'require'))).toMatch(
      /sslcert, sslkey in DATABASE_URL cannot be used/,
    );
    for (const mode of ['require', 'allow']) {
      const client = await new PostgresClient(address(cipher.passphrase, mode)).connect();
      expect(inspect(client.ssl)).not.toMatch(/PRIVATE KEY|s3cr3t/);
      await client.end();
    }
  });

  it('applies to all connections of the service', async () => {
    const address = url(tlsOnly, `sslmode=verify-full&sslrootcert=${files.ca.cert}`);
    const dataSource = await new DataSource(dataSourceOptions(address, { entities: [] })).initialize();
    expect(await dataSource.query(IS_ENCRYPTED)).toEqual([{ ssl: true }]);
    await dataSource.destroy();
    const stream = new StreamPool(address, 'test');
    const pools: pg.Pool[] = [stream, new LeasePool(address, 'test'), new ProbePool(address, 'test')];
    for (const pool of pools) expect((await pool.query(IS_ENCRYPTED)).rows).toEqual([{ ssl: true }]);
    expect(String(await (await copyLines(stream, IS_ENCRYPTED)).toArray())).toBe('t\n');
    for (const pool of pools) await pool.end();
    const listener = new Listener(address, 'test');
    const received = new Promise<string>((resolve) => listener.listen('tls', resolve));
    const notification = `SELECT pg_notify(${channelSql(`'tls'`)}, 'hello')`;
    const notify = setInterval(() => void server.query(notification), 50);
    expect(await received).toBe('hello');
    clearInterval(notify);
    await listener.onApplicationShutdown();
  });
});

describe('the message for a connection that fails', () => {
  it.each([
    ['TLS is required', tlsOnly, '', /requires TLS\. .*\?sslmode=require/],
    ['TLS is required, and turned off', tlsOnly, 'sslmode=disable', /requires TLS/],
    ['the certificate has a private CA', tlsOnly, 'sslmode=verify-full', /private CA\. Set sslrootcert/],
    ['the same with ssl=true', tlsOnly, 'ssl=true', /private CA\. Set sslrootcert/],
    [
      'TLS is rejected',
      plainOnly,
      'sslmode=require',
      /does not accept this user, database or address \(.*(SSL|encrypt)/,
    ],
    [
      'the CA file does not exist',
      tlsOnly,
      'sslmode=verify-full&sslrootcert=/none.pem',
      /"\/none\.pem" of sslrootcert .*cannot be read \(ENOENT\)/,
    ],
    [
      'the key file does not exist',
      tlsOnly,
      'sslmode=require&sslkey=/none.key',
      /"\/none\.key" of sslkey .*cannot be read/,
    ],
    ['verify-ca has no CA', tlsOnly, 'sslmode=verify-ca', /verify-ca requires sslrootcert/],
    [
      'the system CAs are not enforced',
      tlsOnly,
      'sslmode=require&sslrootcert=system',
      /requires sslmode=verify-full/,
    ],
    [
      'a client certificate is missing',
      certificate,
      'sslmode=require',
      /does not accept this user.*certificate/,
    ],
    [
      'the server does not offer channel binding',
      either,
      'sslmode=disable&channel_binding=require',
      /does not authenticate with channel binding/,
    ],
  ])('reports that %s', async (_, user, parameters, message) => {
    expect(await problemOf(url(user, parameters))).toMatch(message);
  });

  it('reports a certificate for another host, and one of another CA', async () => {
    const verify = (ca: string) => `sslmode=verify-full&sslrootcert=${ca}`;
    expect(await problemOf(url(tlsOnly, verify(files.ca.cert), '127.0.0.1'))).toMatch(
      /certificate is for DNS:localhost, not for 127\.0\.0\.1\. .*verify-ca/,
    );
    expect(await problemOf(url(tlsOnly, verify(files.otherCa.cert)))).toMatch(
      /certificate is not signed by|private CA/,
    );
  });

  it('reports a server that authenticates without channel binding', async () => {
    const { cert, key } = files.client;
    const parameters = `sslmode=require&sslcert=${cert}&sslkey=${key}`;
    expect(await problemOf(url(certificate, parameters))).toBeNull();
    expect(await problemOf(url(certificate, `${parameters}&channel_binding=require`))).toMatch(
      /does not authenticate with channel binding/,
    );
  });

  it('reports files that contain no certificate', async () => {
    const file = join(server.folder, 'empty.pem');
    await writeFile(file, 'nothing');
    expect(await problemOf(url(tlsOnly, `sslmode=require&sslrootcert=${file}`))).toMatch(
      /sslrootcert .*PEM format/,
    );
    expect(await problemOf(url(tlsOnly, `sslmode=require&sslcert=${file}`))).toMatch(/sslcert .*PEM format/);
  });

  it('reports a server without TLS', async () => {
    await server.query('ALTER SYSTEM SET ssl = off', 'SELECT pg_reload_conf()');
    const required = url(either, 'sslmode=require');
    while ((await problemOf(required)) === null);
    expect(await problemOf(required)).toMatch(/does not support TLS\. Enable TLS/);
    expect(await isEncrypted(url(either, 'sslmode=prefer&application_name=later'))).toBe(false);
    await server.query('ALTER SYSTEM SET ssl = on', 'SELECT pg_reload_conf()');
  });

  it('reports wrong credentials, databases and limits', async () => {
    const as = (user: string, password: string, database = 'whatsapp_contacts') =>
      problemOf(`postgres://${user}:${password}@localhost:${server.port}/${database}`);
    expect(await as(either, 'wrong')).toMatch(/the password is wrong, or the user does not exist/);
    expect(await as(either, '')).toMatch(/requires a password/);
    expect(await as(either, either, 'none')).toMatch(
      /^The database localhost:\d+\/none .*does not exist. Create it/,
    );
    await server.query(`ALTER ROLE ${either} CONNECTION LIMIT 0`);
    expect(await as(either, either)).toMatch(/no free connections/);
    await server.query(`ALTER ROLE ${either} NOLOGIN CONNECTION LIMIT -1`);
    expect(await as(either, either)).toMatch(/does not accept the user \(.*log in/);
    await server.query(`ALTER ROLE ${either} LOGIN`);
    expect(await problemOf(`postgres://nobody:secret@localhost:${server.port}/x`)).not.toMatch(/secret/);
  });

  it.each([
    [
      'postgres://me:secret@localhost:1/contacts',
      /localhost:1\/contacts .*cannot be reached \(ECONNREFUSED\)/,
    ],
    [
      'postgres://me:secret@no-such-host.invalid/contacts',
      /host name no-such-host\.invalid (does not exist|cannot be)/,
    ],
    ['postgres://me:secret@/contacts?host=/no/such/directory', /Unix socket does not exist/],
  ])('reports that %s cannot be reached', async (address, message) => {
    const problem = await problemOf(address);
    expect(problem).toMatch(message);
    expect(problem).not.toMatch(/secret/);
  });
});
