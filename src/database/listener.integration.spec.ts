import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { Listener } from './listener.js';

let database: TestDatabase;
let listener: Listener;

beforeAll(async () => {
  database = await createTestDatabase();
  listener = new Listener(database.url, 'test');
});

afterAll(async () => {
  await listener.onApplicationShutdown();
  await database.drop();
});

/** Notifies the channel until the notification is received. */
async function receive(channel: string): Promise<void> {
  const payloads: string[] = [];
  listener.listen(channel, (payload) => payloads.push(payload));
  while (payloads.length === 0)
    await database.query('SELECT pg_notify($1, $2)', [`${channel}_public`, 'hello']);
  expect(payloads[0]).toBe('hello');
}

it('receives notifications of channels that are added before and after it connects', async () => {
  await receive('first');
  await receive('second');
});
