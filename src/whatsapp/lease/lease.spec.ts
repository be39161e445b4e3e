import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { once } from 'node:events';
import { openDataSource } from '../../../test/support/open-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { LeaseRepository } from './lease.repository.js';
import { LeaseLost } from './lease-lost.js';
import { Lease } from './lease.js';

let database: TestDatabase;
let dataSource: DataSource;
const owners: Lease[] = [];

function createOwner(): Lease {
  const owner = new Lease(new LeaseRepository(dataSource));
  owners.push(owner);
  return owner;
}

const expire = () => database.query(`UPDATE session_lease SET expires_at = now() - interval '1 second'`);
const never = new AbortController().signal;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await openDataSource(database.url);
});

afterEach(async () => {
  for (const owner of owners.splice(0)) await owner.release();
});

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

describe('the lease of the session', () => {
  it('is of one process at a time, and passes on when that one releases it', async () => {
    const [first, second] = [createOwner(), createOwner()];
    await first.acquire(never);
    const waiting = second.acquire(never);
    expect([first.isHeld, second.isHeld]).toEqual([true, false]);
    await first.release();
    await waiting;
    expect([first.isHeld, second.isHeld]).toEqual([false, true]);
  });

  it('is asked for no longer once the process stops', async () => {
    await createOwner().acquire(never);
    const stop = new AbortController();
    const waiting = createOwner().acquire(stop.signal);
    stop.abort();
    await expect(waiting).rejects.toThrow(/abort/);
  });

  it('passes on when it has expired, and the former owner is told', async () => {
    const [first, second] = [createOwner(), createOwner()];
    const lost = await first.acquire(never);
    await expire();
    await second.acquire(never);
    if (!lost.aborted) await once(lost, 'abort');
    expect([first.isHeld, second.isHeld]).toEqual([false, true]);
  });

  it('keeps a former owner, who knows of nothing yet, from writing', async () => {
    const [first, second] = [createOwner(), createOwner()];
    await first.acquire(never);
    await expire();
    await second.acquire(never);
    expect(first.isHeld).toBe(true);
    const write = first.transaction((tx) => tx.query(`UPDATE session_state SET reason = 'stale'`));
    await expect(write).rejects.toThrow(LeaseLost);
    expect(await database.query('SELECT reason FROM session_state')).toEqual([{ reason: null }]);
  });

  it('is renewed while a transaction of its own runs', async () => {
    const owner = createOwner();
    await owner.acquire(never);
    const [{ fence }] = (await database.query<{ fence: string }>('SELECT fence FROM session_lease')) as [
      { fence: string },
    ];
    await owner.transaction(async (tx) => {
      await tx.query(`UPDATE session_state SET reason = 'long'`);
      expect(await new LeaseRepository(dataSource).renew(fence, 14_000)).toBe(true);
    });
  });

  it('asks again what a lost connection has left unanswered', async () => {
    const owner = createOwner();
    await owner.acquire(never);
    const questions = ['SELECT pg_terminate_backend(pg_backend_pid())', 'SELECT 1 AS one'];
    const answer = owner.read(() => dataSource.query(questions.shift() ?? ''));
    expect(await answer).toEqual([{ one: 1 }]);
  });

  it('does not pass on in the middle of a write', async () => {
    const [first, second] = [createOwner(), createOwner()];
    await first.acquire(never);
    let taken: Promise<AbortSignal> | undefined;
    await first.transaction(async (tx) => {
      await expire();
      taken = second.acquire(never);
      await tx.query(`UPDATE session_state SET reason = 'in time'`);
      expect(second.isHeld).toBe(false);
    });
    await taken;
    expect(await database.query('SELECT reason FROM session_state')).toEqual([{ reason: 'in time' }]);
  });
});
