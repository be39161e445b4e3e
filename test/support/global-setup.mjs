import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/**
 * Migrated template of all test databases (see test-database.ts). Concurrent runs on the same server need different
 * templates.
 */
const TEMPLATE = process.env.TEST_TEMPLATE ?? 'contacts_template';

/**
 * Starts a Postgres server with a migrated template database before all suites. It is the embedded server, or the
 * server of TEST_DATABASE_URL, whose user may create databases. Migrations and server come from the built service.
 *
 * @param run Jest's global configuration; undefined in programs that are not tests
 */
export default async function setUp(run) {
  if (run?.testPathPatterns.patterns.length === 0)
    console.log(
      '\nRunning all tests, which takes about 40 minutes on two processors. Each suite is printed when it ends. ' +
        'To run some of them, name a folder: npm test -- src/feed',
    );
  const given = process.env.TEST_DATABASE_URL;
  const server = given ? { url: given, stop: async () => {} } : await startServer();
  globalThis.stopPostgres = server.stop;
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stopOn(signal, server));
  process.env.TEST_POSTGRES_URL = server.url;
  await execute(
    server.url,
    `DROP DATABASE IF EXISTS ${TEMPLATE} WITH (FORCE)`,
    `CREATE DATABASE ${TEMPLATE}`,
  );
  const template = new URL(server.url);
  template.pathname = `/${TEMPLATE}`;
  const { migrate } = await import('../../dist/database/migrations.js');
  const { ENTITIES } = await import('../../dist/entities.js');
  await migrate(template.href, ENTITIES);
}

/** Ends the run, for which Jest does not call the teardown, without leaving the server behind. */
async function stopOn(signal, server) {
  await server.stop();
  process.kill(process.pid, signal);
}

async function startServer() {
  const { startEmbeddedPostgres } = await import('../../dist/database/embedded/embedded-postgres.js');
  const dataDir = await mkdtemp(join(tmpdir(), 'whatsapp-contacts-test-'));
  const start = () => startEmbeddedPostgres({ dataDir, log: () => {} });
  let server = await start();
  const stop = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  // Test data does not have to survive a power failure.
  const settings = ['fsync', 'synchronous_commit', 'full_page_writes'].map(
    (name) => `ALTER SYSTEM SET ${name} = off`,
  );
  // Several suites at once use more connections than one service.
  await execute(server.url, ...settings, 'ALTER SYSTEM SET max_connections = 300');
  await server.stop();
  server = await start();
  return { url: server.url, stop };
}

async function execute(url, ...statements) {
  const client = new pg.Client(url);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
