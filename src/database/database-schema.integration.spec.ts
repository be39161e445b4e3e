import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrateDatabase } from '../../test/support/migrate-database.js';
import { createDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { copyLines, readJsonLines } from './copy-lines.js';
import { channelSql, withSchema } from './database-schema.js';
import { LeasePool } from './lease-pool.js';
import { Listener } from './listener.js';
import { PostgresClient } from './postgres-client.js';
import { StreamPool } from './stream-pool.js';

const LONG = 'x'.repeat(63);

describe('a deployment that shares a database with another', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase('TEMPLATE template0');
    await Promise.all(['a', LONG].map((schema) => migrateDatabase(database.url, schema)));
  });

  afterAll(() => database.drop());

  const run = async (schema: string, ...statements: string[]) => {
    const client = new PostgresClient(withSchema(database.url, schema));
    await client.connect();
    for (const statement of statements) await client.query(statement);
    return client;
  };

  it('has separate tables, and shares the extensions', async () => {
    const writer = await run(LONG, `INSERT INTO session (name) VALUES ('only-here')`);
    await writer.end();
    const pool = new StreamPool(withSchema(database.url, 'a'), 'test');
    const lines = await copyLines(pool, 'SELECT to_json(name) FROM session');
    const names: unknown[] = [];
    for await (const name of readJsonLines(lines)) names.push(name);
    expect(names).toEqual(['default']);
    await pool.end();
    const shared = `SELECT extname FROM pg_extension WHERE extnamespace = 'public'::regnamespace ORDER BY 1`;
    expect(await database.query(shared)).toEqual([{ extname: 'btree_gin' }, { extname: 'pg_trgm' }]);
  });

  it('uses its schema also if the URL has other options', async () => {
    const pool = new LeasePool(withSchema(`${database.url}?options=-c%20work_mem%3D1MB`, 'a'), 'test');
    const sql = `SELECT current_schema() AS schema, current_setting('work_mem') AS memory`;
    expect((await pool.query(sql)).rows).toEqual([{ schema: 'a', memory: '1MB' }]);
    await pool.end();
  });

  it('does not receive the notifications of the other', async () => {
    const received: string[] = [];
    const listeners = ['a', LONG].map((schema) => {
      const listener = new Listener(withSchema(database.url, schema), 'test');
      listener.listen('feed', (payload) => received.push(`${payload} in ${schema.slice(0, 2)}`));
      return listener;
    });
    const notifiers = await Promise.all(['a', LONG].map((schema) => run(schema)));
    const inBoth = () => ['from a in a', 'from xx in xx'].every((text) => received.includes(text));
    while (!inBoth()) {
      await notifiers[0]?.query(`SELECT pg_notify(${channelSql(`'feed'`)}, 'from a')`);
      await notifiers[1]?.query(`SELECT pg_notify(${channelSql(`'feed'`)}, 'from xx')`);
    }
    expect(new Set(received)).toEqual(new Set(['from a in a', 'from xx in xx']));
    await Promise.all(notifiers.map((client) => client.end()));
    await Promise.all(listeners.map((listener) => listener.onApplicationShutdown()));
  });

  it('does not wait for the migrations of the other', async () => {
    // Locks what a migration of schema a locks.
    const migrating = await run('a', 'BEGIN', `SELECT pg_advisory_xact_lock(4203888, hashtext('a'))`);
    await migrateDatabase(database.url, LONG);
    const waiting = migrateDatabase(database.url, 'a');
    expect(
      await Promise.race([waiting.then(() => 'done'), migrateDatabase(database.url, 'b')]),
    ).toBeUndefined();
    await migrating.query('COMMIT');
    await migrating.end();
    await waiting;
  });
});
