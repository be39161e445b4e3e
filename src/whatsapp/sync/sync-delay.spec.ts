import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { SessionContext } from './session-context.js';
import { SyncDelay } from './sync-delay.js';

const MINUTE_MS = 60_000;

describe('SyncDelay', () => {
  let reports: string[];
  let delay: SyncDelay;
  /** While it is set, transactions wait for it, as during an outage. */
  let outage: Promise<void> | null;

  beforeEach(() => {
    jest.useFakeTimers();
    reports = [];
    outage = null;
    const report = async (...[, , code, message]: unknown[]) => {
      reports.push(`${String(code)} ${message === null ? 'ended' : 'began'}`);
    };
    const transaction = async (work: (tx: unknown) => Promise<void>) => {
      await outage;
      await work(null);
    };
    const context = { lease: { session: 'default', transaction }, stores: { degradations: { report } } };
    delay = new SyncDelay(context as unknown as SessionContext);
  });

  afterEach(() => {
    delay.close();
    jest.useRealTimers();
  });

  it('reports a collection that stays outdated for 60 s, and when it has been read', async () => {
    delay.outdated('a');
    await jest.advanceTimersByTimeAsync(MINUTE_MS - 1);
    expect(reports).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(reports).toEqual(['sync_delayed began']);
    delay.caughtUp('a');
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    expect(reports).toEqual(['sync_delayed began', 'sync_delayed ended']);
  });

  it('reports nothing for collections that are read in time', async () => {
    for (let second = 0; second < 180; second += 1) {
      delay.outdated('a');
      await jest.advanceTimersByTimeAsync(1_000);
      delay.caughtUp('a');
    }
    expect(reports).toEqual([]);
  });

  it('repeats the report, which expires, until all collections have been read', async () => {
    delay.outdated('a');
    delay.outdated('b');
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    delay.caughtUp('a');
    await jest.advanceTimersByTimeAsync(5 * MINUTE_MS);
    delay.caughtUp('b');
    await jest.advanceTimersByTimeAsync(0);
    expect(reports).toEqual(['sync_delayed began', 'sync_delayed began', 'sync_delayed ended']);
  });

  it('does not report a delay after its end, if the report had to wait for the database', async () => {
    let end: () => void = () => {};
    outage = new Promise((resolve) => (end = resolve));
    delay.outdated('a');
    await jest.advanceTimersByTimeAsync(2 * MINUTE_MS);
    delay.caughtUp('a');
    end();
    await jest.advanceTimersByTimeAsync(0);
    expect(new Set(reports)).toEqual(new Set(['sync_delayed ended']));
  });
});
