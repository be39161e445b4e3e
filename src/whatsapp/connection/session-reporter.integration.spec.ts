import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { openDataSource } from '../../../test/support/open-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { Transaction } from '../../database/transaction.js';
import { FeedRepository } from '../../feed/feed.repository.js';
import { DEFAULT_SESSION } from '../../kernel/identifiers/session-name.js';
import { NextStep } from '../../kernel/logging/next-step.js';
import { Secrets } from '../../secrets/secrets.js';
import { SessionStateRepository } from '../../sessions/session-state.repository.js';
import type { Lease } from '../lease/lease.js';
import { LeaseLost } from '../lease/lease-lost.js';
import { SessionReporter } from './session-reporter.js';

describe('SessionReporter', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let isHeld: boolean;
  let failures: Error[];
  let reporter: SessionReporter;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await openDataSource(database.url);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  beforeEach(() => {
    [isHeld, failures] = [true, []];
    const lease = {
      session: DEFAULT_SESSION,
      get isHeld() {
        return isHeld;
      },
      transaction: async (work: (tx: Transaction) => Promise<unknown>) => {
        const failure = failures.shift();
        if (failure) throw failure;
        return dataSource.transaction(work);
      },
    } as unknown as Lease;
    const state = new SessionStateRepository(dataSource, new FeedRepository(), new Secrets([]));
    reporter = new SessionReporter(
      lease,
      state,
      new NextStep({ ROLE: 'all', HOST: '127.0.0.1', PORT: 8888 }),
    );
  });

  const status = async () =>
    (await database.query<{ status: string }>('SELECT status FROM session'))[0]?.status;

  it('repeats a report until it is written, before the next one', async () => {
    failures = [new Error('no response')];
    await Promise.all([reporter.report('connecting'), reporter.report('open')]);
    expect(await status()).toBe('open');
  });

  it('stores since when the session is not open, across attempts to reconnect', async () => {
    const offlineSince = async () =>
      (await database.query<{ offline_since: Date | null }>('SELECT offline_since FROM session'))[0]
        ?.offline_since;
    await reporter.report('open');
    expect(await offlineSince()).toBeNull();
    await reporter.report('disconnected');
    const since = await offlineSince();
    expect(since).toBeInstanceOf(Date);
    await reporter.report('connecting');
    await reporter.report('disconnected');
    expect(await offlineSince()).toEqual(since);
    await reporter.report('open');
    expect(await offlineSince()).toBeNull();
  });

  it('gives up a report when the lease is lost', async () => {
    failures = [new LeaseLost()];
    isHeld = false;
    await expect(reporter.report('connecting')).rejects.toThrow(LeaseLost);
    expect(await status()).toBe('open');
  });
});
