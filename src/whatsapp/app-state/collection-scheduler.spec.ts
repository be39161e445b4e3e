import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CorruptAppState, MissingSyncKey } from './app-state-errors.js';
import { type CollectionEvents, CollectionScheduler } from './collection-scheduler.js';
import type { CollectionSync } from './collection-sync.js';

describe('CollectionScheduler', () => {
  let problems: (string | null)[];
  let failure: Error | null;

  beforeEach(() => {
    jest.useFakeTimers();
    [problems, failure] = [[], null];
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  function schedulerOf({ isFirstSync }: { isFirstSync: boolean }): CollectionScheduler {
    const events: CollectionEvents = {
      isFirstSync,
      synced: () => {},
      missingKey: () => {},
      problem: (problem) => problems.push(problem),
    };
    const read = () => (failure ? Promise.reject(failure) : Promise.resolve({ hasSnapshotFailed: false }));
    const sync = { read } as unknown as CollectionSync;
    return new CollectionScheduler('regular', sync, events, { outdated: () => {}, caughtUp: () => {} });
  }

  const attempt = (scheduler: CollectionScheduler) => scheduler.request().catch(() => {});

  it('reports no problem while a first sync waits for the keys of the phone', async () => {
    const scheduler = schedulerOf({ isFirstSync: true });
    failure = new MissingSyncKey(null);
    await attempt(scheduler);
    await jest.advanceTimersByTimeAsync(25_000);
    failure = null;
    scheduler.keysArrived();
    await jest.advanceTimersByTimeAsync(0);
    expect(problems.filter((problem) => problem !== null)).toEqual([]);
    scheduler.close();
  });

  it('reports keys that the phone does not share within 30 seconds, until they arrive', async () => {
    const scheduler = schedulerOf({ isFirstSync: true });
    failure = new MissingSyncKey(null);
    await attempt(scheduler);
    await jest.advanceTimersByTimeAsync(31_000);
    expect(problems).toEqual([expect.stringMatching(/has not yet shared a sync key/)]);
    scheduler.keysArrived();
    expect(problems.at(-1)).toBeNull();
    scheduler.close();
  });

  it('reports a missing key at once after the first sync', async () => {
    const scheduler = schedulerOf({ isFirstSync: false });
    failure = new MissingSyncKey('b3RoZXI=');
    await attempt(scheduler);
    expect(problems).toEqual([expect.stringMatching(/has not yet shared the sync key/)]);
    scheduler.close();
  });

  it('reports other problems during a first sync', async () => {
    const scheduler = schedulerOf({ isFirstSync: true });
    failure = new CorruptAppState('wrong');
    await attempt(scheduler);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(problems).toEqual([expect.stringMatching(/Cannot read the collection regular: wrong/)]);
    scheduler.close();
  });
});
