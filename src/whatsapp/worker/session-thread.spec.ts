import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import pTimeout from 'p-timeout';
import { endOfThread } from './session-thread.js';

const BUSY_MS = 400;

/** Blocks the event loop of this thread, as garbage collection or a large response would. */
function blockEventLoop(): void {
  const endMs = performance.now() + BUSY_MS;
  while (performance.now() < endMs);
}

describe('endOfThread', () => {
  it.each([
    ['throws', 'throw new Error("thrown in the thread")', 'thrown in the thread'],
    ['rejects', 'Promise.reject(new Error("rejected in the thread"))', 'rejected in the thread'],
    ['exits', 'process.exit(3)', undefined],
  ])('resolves when a thread %s while the main thread is busy', async (_, code, message) => {
    const worker = new Worker(code, { eval: true });
    const end = endOfThread(worker);
    blockEventLoop();
    const error = await pTimeout(end, { milliseconds: 5_000 });
    expect(error?.message).toBe(message);
  });

  it('resolves when a thread is terminated', async () => {
    const worker = new Worker('for (;;);', { eval: true });
    const end = endOfThread(worker);
    await sleep(50);
    void worker.terminate();
    expect(await pTimeout(end, { milliseconds: 5_000 })).toBeNull();
  });
});
