import { describe, expect, it } from '@jest/globals';
import { readRetryAfter, retryDelayMs } from './retries.js';

const MINUTE = 60_000;
const middle = () => 0.5;

describe('retryDelayMs', () => {
  it('increases with each failure, and ends', () => {
    const delays = Array.from({ length: 12 }, (_, i) => retryDelayMs(i + 1, null, middle));
    expect(delays.map((delayMs) => delayMs && delayMs / MINUTE)).toEqual([
      5 / 60,
      0.5,
      2,
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

  it('varies randomly', () => {
    expect(retryDelayMs(4, null, () => 0)).toBe(4.5 * MINUTE);
    expect(retryDelayMs(4, null, () => 1)).toBe(5.5 * MINUTE);
  });

  it('respects Retry-After up to a day', () => {
    expect(retryDelayMs(1, 10 * MINUTE, middle)).toBe(10 * MINUTE);
    expect(retryDelayMs(5, 10 * MINUTE, middle)).toBe(30 * MINUTE);
    expect(retryDelayMs(1, 9_999 * MINUTE, middle)).toBe(1_440 * MINUTE);
  });
});

describe('readRetryAfter', () => {
  it.each([
    ['120', 120_000],
    ['Thu, 01 Jan 1970 00:00:10 GMT', 10_000],
    ['Thu, 01 Jan 1960 00:00:10 GMT', 0],
    ['soon', null],
    [undefined, null],
  ])('parses %s', (header, delayMs) => {
    expect(readRetryAfter(header, 0)).toBe(delayMs);
  });
});
