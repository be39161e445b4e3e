import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDataSource } from '../../test/support/open-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { OTHER_NAMES } from './preflight.js';

/**
 * Tables with one small row per account, session, process, request or migration, or one in total. Citus calls them
 * reference tables.
 */
const CONTROL_PLANE = [
  'account',
  'api_key',
  'client_version',
  'encryption_key',
  'idempotent_request',
  'log_level',
  'migration',
  'rate_limit',
  'session',
  'session_command',
  'session_process',
  'stream_ticket',
  'typeorm_metadata',
  'webhook',
  'webhook_attempt',
  'webhook_cursor',
];

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

/** These rules make it possible to distribute the data by account, see docs/operations.md. */
describe('a table with the data of accounts or sessions', () => {
  it('is one of these', async () => {
    const tables = await database.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
         AND relname <> ALL ($1) ORDER BY relname COLLATE "C"`,
      [CONTROL_PLANE],
    );
    expect(tables.map(({ name }) => name)).toEqual([
      'app_state_collection',
      'app_state_record',
      'auth_credentials',
      'auth_key',
      'change',
      'contact',
      'contact_picture',
      'degradation',
      'former_lid',
      'history_notification',
      'identity_key',
      'merged_contact',
      'number_check',
      'number_check_quota',
      'refresh_request',
      'sync_key_request',
    ]);
  });

  it('starts every primary key, unique constraint and index with the account or session', async () => {
    const others = await database.query(
      `SELECT indexrelid::regclass::text AS index, attname AS leads
       FROM pg_index i
       JOIN pg_class t ON t.oid = i.indrelid AND t.relnamespace = 'public'::regnamespace
       LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
       WHERE t.relname <> ALL ($1) AND a.attname IS DISTINCT FROM
         CASE WHEN t.relname LIKE 'auth%' OR t.relname IN ('degradation', 'sync_key_request') THEN 'session'
           ELSE 'account_id' END`,
      [CONTROL_PLANE],
    );
    expect(others).toEqual([]);
  });

  it('references only rows of the same account, or the account or session itself', async () => {
    const others = await database.query(
      `SELECT conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class r ON r.oid = c.confrelid
       WHERE contype = 'f' AND t.relname <> ALL ($1) AND NOT EXISTS (
         SELECT FROM unnest(c.conkey, c.confkey) AS k (key, refers_to)
         JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.key
         JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.refers_to
         WHERE (a.attname, r.relname, b.attname) IN (('account_id', 'account', 'id'), ('session', 'session', 'name'))
            OR a.attname = 'account_id' AND b.attname = 'account_id')`,
      [CONTROL_PLANE],
    );
    expect(others).toEqual([]);
  });
});

it('has only names that the preflight looks for in foreign tables and functions', async () => {
  const dataSource = await openDataSource(database.url);
  const tables = dataSource.entityMetadatas.map(({ tableName }) => tableName);
  await dataSource.destroy();
  // TypeORM creates its own tables if they are missing. Postgres chooses other names for sequences of columns.
  const created = await database.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind = ANY ('{r,v,S}')
       AND relname NOT IN ('migration', 'typeorm_metadata')
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i', 'e'))
     UNION SELECT proname FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')`,
  );
  expect(created.map(({ name }) => name).toSorted()).toEqual([...tables, ...OTHER_NAMES].toSorted());
});
