import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SilenceLimit } from './silence-limit.js';

describe('SilenceLimit', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  const pass = (ms: number) => jest.advanceTimersByTime(ms);

  it('does not grow when several connections fail in the same outage', () => {
    const limit = new SilenceLimit(10_000, 80_000);
    const openedAtMs = performance.now();
    pass(60_000);
    for (let each = 0; each < 5; each += 1) limit.exceeded(openedAtMs);
    expect(limit.currentMs).toBe(10_000);
  });

  it('doubles up to its maximum while retries on newer connections exceed it', () => {
    const limit = new SilenceLimit(10_000, 30_000);
    const limits = [1, 2, 3, 4].map(() => {
      pass(500);
      const openedAtMs = performance.now();
      pass(limit.currentMs);
      limit.exceeded(openedAtMs);
      return limit.currentMs;
    });
    expect(limits).toEqual([10_000, 20_000, 30_000, 30_000]);
  });

  it('returns to its first value afterward', () => {
    const limit = new SilenceLimit(1_000, 8_000);
    limit.exceeded(performance.now());
    pass(1_000);
    limit.exceeded(performance.now());
    expect(limit.currentMs).toBe(2_000);
    pass(62_001);
    expect(limit.currentMs).toBe(1_000);
    limit.exceeded(performance.now());
    expect(limit.currentMs).toBe(1_000);
  });
});
