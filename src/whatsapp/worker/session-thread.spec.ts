import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import pTimeout from 'p-timeout';
import { endOfThread, maxHeapMb } from './session-thread.js';

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

describe('maxHeapMb', () => {
  const MB = 2 ** 20;

  it('grows with the sessions without a container limit', () => {
    expect(maxHeapMb(500, 0)).toBe(1384);
    expect(maxHeapMb(100, undefined)).toBe(584);
    // Node.js 20 returns the largest number that the kernel supports.
    expect(maxHeapMb(100, 18_446_744_073_709_552_000)).toBe(584);
  });

  it('leaves memory for the rest of the process in a container', () => {
    expect(maxHeapMb(500, 768 * MB)).toBe(460);
    expect(maxHeapMb(500, 1_792 * MB)).toBe(1075);
    expect(maxHeapMb(10, 4_096 * MB)).toBe(404);
    expect(maxHeapMb(500, 128 * MB)).toBe(128);
  });
});
