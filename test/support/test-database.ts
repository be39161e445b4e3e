import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { PostgresClient } from '../../src/database/postgres-client.js';

const TEMPLATE = process.env.TEST_TEMPLATE ?? 'contacts_template';

/** A migrated database for one suite. */
export interface TestDatabase {
  url: string;
  /** Runs one statement on a new connection. */
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

async function once<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values?: unknown[],
): Promise<Row[]> {
  const client = await connect(url);
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** The time limit of the service for a connection is short for a busy machine. */
async function connect(url: string, attempts = 6): Promise<PostgresClient> {
  const client = new PostgresClient(url);
  try {
    await client.connect();
    return client;
  } catch (error) {
    if (attempts === 1 || (error as Error).message !== 'timeout expired') throw error;
    return connect(url, attempts - 1);
  }
}

/** Copies the migrated template; see global-setup.mjs. */
export function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(`TEMPLATE ${TEMPLATE}`);
}

/** @param options of CREATE DATABASE */
export async function createDatabase(options: string): Promise<TestDatabase> {
  const server = process.env.TEST_POSTGRES_URL;
  if (!server) throw new Error('TEST_POSTGRES_URL is not set: run the tests with npm test');
  const name = `contacts_${randomBytes(6).toString('hex')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  await once(server, `CREATE DATABASE ${name} ${options}`);
  return {
    url: url.href,
    query: (sql, values) => once(url.href, sql, values),
    drop: async () => {
      await once(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/** Creates a role that can log in. The function drops it again, after all databases that it has privileges in. */
export async function createRole(
  database: TestDatabase,
): Promise<{ name: string; url: string; drop(): Promise<void> }> {
  const name = `role_${randomBytes(6).toString('hex')}`;
  const url = new URL(database.url);
  Object.assign(url, { username: name, password: 'secret' });
  await database.query(`CREATE ROLE ${name} LOGIN PASSWORD 'secret'`);
  return {
    name,
    url: url.href,
    drop: async () => {
      await once(String(process.env.TEST_POSTGRES_URL), `DROP ROLE ${name}`);
    },
  };
}
