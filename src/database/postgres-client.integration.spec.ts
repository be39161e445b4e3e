import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { dataSourceOptions } from './data-source.js';
import { StreamPool } from './stream-pool.js';

/** `ReadyForQuery`, idle. */
const READY = Buffer.from('Z\0\0\0\x05I');
const FIELDS = 'SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0';
/** `ErrorResponse` that Postgres sends when it ends a connection. */
const ENDED = Buffer.concat([Buffer.from([0x45, 0, 0, 0, 4 + FIELDS.length]), Buffer.from(FIELDS)]);

let database: TestDatabase;
let proxy: Server;
let url: string;

/** Proxies the database, and ends each connection at the moment when it is ready. */
async function endWhenReady(databaseUrl: string): Promise<Server> {
  const { hostname, port } = new URL(databaseUrl);
  const server = createServer((socket) => {
    const target = connect(Number(port || 5432), hostname);
    socket.on('error', () => {}).pipe(target);
    target.on('error', () => {});
    target.on('data', (data) => socket.write(data.includes(READY) ? Buffer.concat([data, ENDED]) : data));
    socket.on('close', () => target.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await endWhenReady(database.url);
  const throughProxy = new URL(database.url);
  throughProxy.hostname = '127.0.0.1';
  throughProxy.port = String((proxy.address() as AddressInfo).port);
  url = throughProxy.href;
});

afterAll(async () => {
  proxy.close();
  await database.drop();
});

it('does not end the process when TypeORM receives a connection that was just lost', async () => {
  await expect(new DataSource(dataSourceOptions(url, { entities: [] })).initialize()).rejects.toThrow(
    /not queryable|terminat/,
  );
});

it('does not end the process when a stream receives a connection that was just lost', async () => {
  const pool = new StreamPool(url, 'test');
  const client = await pool.connect();
  await expect(client.query('SELECT 1')).rejects.toThrow(/not queryable|terminat/);
  client.release();
  await pool.end();
});
