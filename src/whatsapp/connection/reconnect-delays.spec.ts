import { describe, expect, it } from '@jest/globals';
import { BackOff } from '../../kernel/async/back-off.js';
import { HOLD, ReconnectDelays, RETRY } from './reconnect-delays.js';

const longest = () => 1;
const times = (count: number, next: () => number) => Array.from({ length: count }, next);

describe('ReconnectDelays', () => {
  it('doubles the delay up to five minutes', () => {
    const backOff = new BackOff(RETRY, longest);
    const seconds = times(11, () => backOff.nextDelayMs(0) / 1000);
    expect(seconds).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it('applies full jitter', () => {
    const backOff = new BackOff(RETRY, () => 0.25);
    expect(times(3, () => backOff.nextDelayMs(0))).toEqual([250, 500, 1000]);
  });

  it('starts over after a connection that was open for a minute', () => {
    const backOff = new BackOff(RETRY, longest);
    expect([0, 0, 59_999, 60_000].map((openMs) => backOff.nextDelayMs(openMs))).toEqual([
      1000, 2000, 4000, 1000,
    ]);
  });

  it('waits for minutes after 440, longer each time', () => {
    const backOff = new BackOff(HOLD, () => 0);
    const minutes = times(7, () => backOff.nextLongDelayMs(10 * 60_000) / 60_000);
    expect(minutes).toEqual([2, 4, 8, 16, 32, 60, 60]);
  });

  it('restarts immediately once, and delays a second restart in a row', () => {
    const delays = new ReconnectDelays(longest);
    expect([delays.nextMs('restart', 0), delays.nextMs('restart', 0)]).toEqual([0, 1000]);
  });
});
