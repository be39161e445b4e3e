import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
// The built service: its migrations run as they do at a start.
import { migrate } from '../../dist/database/migrations.js';
import { startEmbeddedPostgres } from '../../dist/database/embedded/embedded-postgres.js';

/** The migrated database that every suite's own is a copy of. */
export const TEMPLATE = 'contacts_template';

interface GlobalState {
  stopPostgres?: () => Promise<void>;
}

/**
 * Before all suites: one real Postgres with one migrated template database. It is the embedded server, or the one
 * of TEST_DATABASE_URL (whose user may create databases).
 */
export default async function setUp(): Promise<void> {
  const given = process.env.TEST_DATABASE_URL;
  const server = given ? { url: given, stop: async () => {} } : await startServer();
  (globalThis as GlobalState).stopPostgres = server.stop;
  process.env.TEST_POSTGRES_URL = server.url;
  const template = new URL(server.url);
  template.pathname = `/${TEMPLATE}`;
  const admin = new pg.Client(server.url);
  await admin.connect();
  await admin.query(`DROP DATABASE IF EXISTS ${TEMPLATE} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${TEMPLATE}`);
  await admin.end();
  await migrate(template.href);
}

async function startServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'whatsapp-contacts-test-'));
  const server = await startEmbeddedPostgres({ dataDir, log: () => {} });
  await speedUp(server.url);
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Nothing that a test writes has to survive a power cut. */
async function speedUp(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    await client.query(`ALTER SYSTEM SET ${setting} = off`);
  }
  await client.query('SELECT pg_reload_conf()');
  await client.end();
}
