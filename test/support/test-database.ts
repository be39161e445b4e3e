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
  const client = new PostgresClient(url);
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** Copies the migrated template; see global-setup.mjs. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = process.env.TEST_POSTGRES_URL;
  if (!server) throw new Error('TEST_POSTGRES_URL is not set: run the tests with npm test');
  const name = `contacts_${randomBytes(6).toString('hex')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  await once(server, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  return {
    url: url.href,
    query: (sql, values) => once(url.href, sql, values),
    drop: async () => {
      await once(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}
