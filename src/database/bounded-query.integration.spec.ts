import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { boundedQuery } from './bounded-query.js';
import { isTooSlow } from './database-errors.js';

describe('boundedQuery', () => {
  let database: TestDatabase;
  let pool: pg.Pool;

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = new pg.Pool({ connectionString: database.url, max: 1 });
  });

  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  it('fails when the time is up, and does not leave the limit set on the connection', async () => {
    const slow = boundedQuery(pool, 50, { text: 'SELECT pg_sleep(5)' });
    expect(isTooSlow(await slow.catch((error: unknown) => error))).toBe(true);
    const { rows } = await boundedQuery<{ n: number }>(pool, 5_000, { text: 'SELECT 1 AS n' });
    expect(rows).toEqual([{ n: 1 }]);
    const after = await pool.query<{ statement_timeout: string }>('SHOW statement_timeout');
    expect(after.rows).toEqual([{ statement_timeout: '0' }]);
  });

  it('rejects writes', async () => {
    await expect(boundedQuery(pool, 5_000, { text: `INSERT INTO session VALUES ('x')` })).rejects.toThrow(
      'read-only transaction',
    );
  });
});
