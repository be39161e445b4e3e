import { expect, it } from '@jest/globals';
import { Wakeup } from './wakeup.js';

const HOUR_MS = 3_600_000;

it('ends a pause early, or the next pause, but only one', async () => {
  const wakeup = new Wakeup();
  setImmediate(() => wakeup.wake());
  await wakeup.pause(HOUR_MS);
  wakeup.wake();
  wakeup.wake();
  await wakeup.pause(HOUR_MS);
  const startedAtMs = performance.now();
  const timer = setTimeout(() => {}, HOUR_MS);
  await wakeup.pause(50);
  clearTimeout(timer);
  expect(performance.now() - startedAtMs).toBeGreaterThan(40);
});
