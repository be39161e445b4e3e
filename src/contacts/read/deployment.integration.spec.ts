import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { openDataSource } from '../../../test/support/open-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { poolOf } from '../../database/postgres-pool.js';
import { readDeployment } from './deployment.sql.js';

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await openDataSource(database.url);
});

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

it('counts no webhooks if there are none', async () => {
  const deployment = await readDeployment(poolOf(dataSource));
  expect(deployment?.webhooks).toEqual({ active: 0, failing: 0, paused: 0, stopped: 0, disabled: 0 });
});

it('distinguishes webhooks that fail or were stopped from those that were paused on request', async () => {
  await database.query(`
    INSERT INTO webhook (id, url, max_items, secret, state, failures) VALUES
      ('a', 'https://a', 100, 'x', 'active', 0), ('b', 'https://b', 100, 'x', 'active', 1),
      ('c', 'https://c', 100, 'x', 'active', 9), ('d', 'https://d', 100, 'x', 'paused', 0),
      ('e', 'https://e', 100, 'x', 'paused', 10), ('f', 'https://f', 100, 'x', 'disabled', 1)`);
  const deployment = await readDeployment(poolOf(dataSource));
  expect(deployment?.webhooks).toEqual({ active: 1, failing: 2, paused: 1, stopped: 1, disabled: 1 });
});
