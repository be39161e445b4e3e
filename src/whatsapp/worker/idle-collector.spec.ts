import { memoryUsage } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { IdleCollector } from './idle-collector.js';

const MB = 1024 * 1024;
const usedMb = () => (memoryUsage().heapUsed + memoryUsage().external) / MB;

let collector: IdleCollector | undefined;

afterEach(() => collector?.stop());

it('frees the memory of a thread that has become idle', async () => {
  // Referenced until here, so that V8 cannot collect it before the collector checks.
  const garbage = Array.from({ length: 40 }, () => Buffer.alloc(8 * MB, 1));
  const before = usedMb();
  garbage.length = 0;
  collector = new IdleCollector(20);
  await sleep(2_000);
  expect(usedMb()).toBeLessThan(before - 250);
});
