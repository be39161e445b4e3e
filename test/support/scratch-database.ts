import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';

/** An empty database for a program outside of Jest; close() removes it. */
export interface ScratchDatabase {
  url: string;
  close(): Promise<void>;
}

/** Creates a database on the server of TEST_DATABASE_URL, whose user may create databases, or an embedded one. */
export async function openScratchDatabase(): Promise<ScratchDatabase> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) return openEmbedded();
  const name = `contacts_scratch_${randomBytes(6).toString('hex')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  await execute(server, `CREATE DATABASE ${name}`);
  return { url: url.href, close: () => execute(server, `DROP DATABASE ${name} WITH (FORCE)`) };
}

async function openEmbedded(): Promise<ScratchDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'whatsapp-contacts-'));
  const server = await startEmbeddedPostgres({ dataDir, log: () => {} });
  const close = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { url: server.url, close };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
