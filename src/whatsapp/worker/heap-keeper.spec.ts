import { afterEach, expect, it } from '@jest/globals';
import { memoryUsage } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeapKeeper } from './heap-keeper.js';

const MB = 1024 * 1024;
const usedMb = () => (memoryUsage().heapUsed + memoryUsage().external) / MB;

let keeper: HeapKeeper | undefined;

afterEach(() => keeper?.stop());

it('collects what a thread that has gone quiet has left behind', async () => {
  let garbage: unknown[] | null = Array.from({ length: 40 }, () => Buffer.alloc(8 * MB, 1));
  const before = usedMb();
  garbage = null;
  await sleep(200);
  expect(usedMb()).toBeGreaterThan(before - 50);
  keeper = new HeapKeeper(20);
  await sleep(1_000);
  expect(garbage).toBeNull();
  expect(usedMb()).toBeLessThan(before - 250);
});
