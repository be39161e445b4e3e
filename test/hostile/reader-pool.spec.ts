import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HistoryInput } from '../../src/whatsapp/history/history-job.js';
import type { HistoryNames } from '../../src/whatsapp/history/history-reader.js';
import type { AccountRead, ReaderPool } from '../../src/whatsapp/reading/reader-pool.js';
import type { Job } from '../../src/whatsapp/reading/reader-protocol.js';
import { emptyPushNames, longPushName, manyPushNames } from './payloads.js';

const MB = 1024 * 1024;
const JID = '491701234567@s.whatsapp.net';

/** Reader processes run the built service. */
async function createPool(): Promise<ReaderPool> {
  const path = '../../dist/whatsapp/reading/reader-pool.js';
  const built = (await import(path)) as { ReaderPool: new () => ReaderPool };
  return new built.ReaderPool();
}

describe('a read whose cost the sender controls', () => {
  let pool: ReaderPool;
  const stop = new AbortController();

  beforeAll(async () => {
    pool = await createPool();
  });

  const read = (
    accountId: number,
    inline: Buffer,
    save: (names: HistoryNames) => Promise<void>,
    more: Partial<AccountRead> = {},
  ) =>
    pool.run<{ entries: number }>({
      accountId,
      job: 'history',
      input: { inline, file: {} },
      signal: stop.signal,
      handlers: { save },
      ...more,
    });

  it('passes its results in batches, one after the other', async () => {
    const sizes: number[] = [];
    let running = 0;
    const { entries } = await read(1, manyPushNames(10_000), async ({ pushNames }) => {
      expect((running += 1)).toBe(1);
      await sleep(5);
      sizes.push(pushNames.length);
      running -= 1;
    });
    expect(entries).toBe(10_000);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(10_000);
    expect(Math.max(...sizes)).toBeLessThan(4_000);
  });

  it('rejects with the error of the handler that saves them', async () => {
    const refused = new Error('the database refuses it');
    await expect(read(1, longPushName(JID, 10), () => Promise.reject(refused))).rejects.toBe(refused);
  });

  it('rejects with the reason of its signal', async () => {
    const lost = new AbortController();
    const reading = read(1, manyPushNames(100_000), () => sleep(100), { signal: lost.signal });
    const reason = new Error('the lease is lost');
    setTimeout(() => lost.abort(reason), 300);
    await expect(reading).rejects.toBe(reason);
  });

  it('does not start when begin() rejects', async () => {
    const suspended = new Error('suspended');
    const begin = () => Promise.reject(suspended);
    await expect(read(1, longPushName(JID, 10), () => Promise.resolve(), { begin })).rejects.toBe(suspended);
  });

  it('does not wait for another account that uses all processes, whose reads still finish', async () => {
    const ended: string[] = [];
    let begun = 0;
    const begin = () => Promise.resolve(void (begun += 1));
    const large = manyPushNames(100_000);
    const hogs = [11, 12, 13].map((accountId) =>
      read(accountId, large, () => sleep(150), { begin }).then(({ entries }) => {
        ended.push('large');
        return entries;
      }),
    );
    await sleep(100);
    const small = read(14, longPushName(JID, 10), () => Promise.resolve()).then(() => ended.push('small'));
    await small;
    expect(ended).toEqual(['small']);
    expect(await Promise.all(hogs)).toEqual([100_000, 100_000, 100_000]);
    // An attempt that yielded is not counted again.
    expect(begun).toBe(3);
  });

  it('waits for other reads of the same account', async () => {
    const order: string[] = [];
    const first = read(21, emptyPushNames(4 * MB), () => Promise.resolve()).then(() => order.push('first'));
    const second = read(21, longPushName(JID, 10), () => Promise.resolve()).then(() => order.push('second'));
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
  });

  describe('and is announced as small', () => {
    /** Counts how often it is called and how often it succeeds in this thread. */
    const here = { called: 0, read: 0 };
    const readHere: Job<HistoryInput, unknown> = async (...args) => {
      const path = '../../dist/whatsapp/history/history-job.js';
      const { readHistory } = (await import(path)) as { readHistory: typeof readHere };
      here.called += 1;
      const result = await readHistory(...args);
      here.read += 1;
      return result;
    };
    let begun = 0;
    const options = (bytes: number): Partial<AccountRead> => ({
      bytes,
      readHere,
      begin: () => Promise.resolve(void (begun += 1)),
    });

    beforeEach(() => {
      Object.assign(here, { called: 0, read: 0 });
      begun = 0;
    });

    it('runs in this thread', async () => {
      const input = manyPushNames(200);
      const { entries } = await read(31, input, () => Promise.resolve(), options(input.length));
      expect({ entries, begun, ...here }).toEqual({ entries: 200, begun: 1, called: 1, read: 1 });
    });

    it('waits for other reads of the account', async () => {
      const order: string[] = [];
      const note = (what: string) => () => order.push(what);
      const small = manyPushNames(200);
      await Promise.all([
        read(34, small, () => sleep(300), options(small.length)).then(note('first')),
        read(34, small, () => Promise.resolve(), options(small.length)).then(note('second')),
        read(34, longPushName(JID, 10), () => Promise.resolve()).then(note('third')),
      ]);
      expect(order).toEqual(['first', 'second', 'third']);
    });

    it('runs in a process if the input is large when inflated', async () => {
      const input = emptyPushNames(24 * MB);
      expect(input.length).toBeLessThan(32 * 1024);
      await read(32, input, () => Promise.resolve(), options(input.length));
      expect({ begun, ...here }).toEqual({ begun: 1, called: 1, read: 0 });
    });

    it('runs in a process if the announced size is larger', async () => {
      await read(33, manyPushNames(200), () => Promise.resolve(), options(64 * 1024));
      expect({ begun, ...here }).toEqual({ begun: 1, called: 0, read: 0 });
    });
  });
});
