import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresClient } from '../../src/database/postgres-client.js';
import { eventually, Service } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('/readyz of an API process', () => {
  let database: TestDatabase;
  let api: Service;

  const statusOf = async (path: string) => (await api.get(path)).status;
  const message = async () => (await api.get<{ message: string }>('/readyz')).body.message;
  const isReady = () => eventually('the process is ready', async () => (await statusOf('/readyz')) === 200);
  /** Runs `work` while another client has locked a table. */
  const whileLocked = async (table: string, work: () => Promise<void>) => {
    const client = new PostgresClient(database.url);
    await client.connect();
    await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    await work().finally(() => client.end());
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    api = await Service.start({ DATABASE_URL: database.url, ROLE: 'api' });
  });

  afterAll(async () => {
    await api.stop();
    await database.drop();
  });

  it('fails while the table of contacts cannot be read', async () => {
    await database.query('ALTER TABLE contact RENAME TO contact_away');
    expect(await statusOf('/getcontact?phone=491701234567')).toBe(500);
    expect(await statusOf('/readyz')).toBe(503);
    expect(await message()).toMatch(/42P01.*log/);
    await database.query('ALTER TABLE contact_away RENAME TO contact');
    await isReady();
  });

  it('fails while the state of sessions cannot be read', async () => {
    await database.query('ALTER TABLE client_version RENAME TO client_version_away');
    expect(await statusOf('/session')).toBe(500);
    expect(await statusOf('/readyz')).toBe(503);
    await database.query('ALTER TABLE client_version_away RENAME TO client_version');
    await isReady();
  });

  it('fails while lookups wait for a lock', async () => {
    await whileLocked('contact', async () => {
      expect(await statusOf('/readyz')).toBe(503);
      expect(await message()).toMatch(/takes longer than 2500 ms/);
    });
    await isReady();
  });

  it('succeeds while only other routes fail', async () => {
    await whileLocked('webhook', async () => {
      expect(await statusOf('/readyz')).toBe(200);
    });
  });
});
