import { describe, expect, it } from '@jest/globals';
import { readRetryAfter, retryDelayMs } from './retries.js';

const MINUTE = 60_000;
const middle = () => 0.5;

describe('retries of webhooks', () => {
  it('come later each time, and come to an end', () => {
    const delays = Array.from({ length: 10 }, (_, i) => retryDelayMs(i + 1, null, middle));
    expect(delays.map((delayMs) => delayMs && delayMs / MINUTE)).toEqual([
      5 / 60,
      5,
      30,
      120,
      300,
      600,
      840,
      1_200,
      1_440,
      null,
    ]);
  });

  it('are spread', () => {
    expect(retryDelayMs(2, null, () => 0)).toBe(4.5 * MINUTE);
    expect(retryDelayMs(2, null, () => 1)).toBe(5.5 * MINUTE);
  });

  it('come no earlier than the receiver wants, and no later than after a day', () => {
    expect(retryDelayMs(1, 10 * MINUTE, middle)).toBe(10 * MINUTE);
    expect(retryDelayMs(3, 10 * MINUTE, middle)).toBe(30 * MINUTE);
    expect(retryDelayMs(1, 9_999 * MINUTE, middle)).toBe(1_440 * MINUTE);
  });

  it.each([
    ['120', 120_000],
    ['Thu, 01 Jan 1970 00:00:10 GMT', 10_000],
    ['Thu, 01 Jan 1960 00:00:10 GMT', 0],
    ['soon', null],
    [undefined, null],
  ])('read Retry-After: %s', (header, delayMs) => {
    expect(readRetryAfter(header, 0)).toBe(delayMs);
  });
});
