import { describe, expect, it } from '@jest/globals';
import { Config } from '../../kernel/config/config.js';
import { FetchBudget } from './fetch-budget.js';

const MINUTE_MS = 60_000;

function budgetOf(perMinute: number) {
  const time = { nowMs: 0 };
  const config = Object.assign(new Config(), { DOWNLOADS_PER_MINUTE: perMinute });
  return { time, budget: new FetchBudget(config, () => time.nowMs) };
}

/** Spends everything that is available for pictures, every 300 ms. @returns the number of pictures */
function picturesWithin(minutes: number, { time, budget }: ReturnType<typeof budgetOf>): number {
  const endMs = time.nowMs + minutes * MINUTE_MS;
  let pictures = 0;
  for (; time.nowMs < endMs; time.nowMs += 300) {
    const now = budget.forPictures;
    budget.spend(now);
    pictures += now;
  }
  return pictures;
}

describe('FetchBudget', () => {
  it.each([1, 20, 600])('allows %i requests per minute', (perMinute) => {
    const pictures = picturesWithin(30, budgetOf(perMinute));
    expect(pictures).toBeLessThanOrEqual(30 * perMinute);
    expect(pictures).toBeGreaterThanOrEqual(30 * perMinute - Math.max(10, perMinute * 0.1));
  });

  it('reserves requests for requested contacts', () => {
    const { time, budget } = budgetOf(20);
    picturesWithin(10, { time, budget });
    expect(budget.forRequested).toBeGreaterThanOrEqual(1);
  });

  it('does not accumulate requests while no contact is due', () => {
    const { time, budget } = budgetOf(20);
    time.nowMs += 60 * MINUTE_MS;
    expect(picturesWithin(1, { time, budget })).toBeLessThanOrEqual(28);
  });

  it('halves the rate after a rate limit, and recovers slowly', () => {
    const state = budgetOf(600);
    const first = state.budget.slowDown();
    expect(first).toBeGreaterThanOrEqual(5 * MINUTE_MS);
    expect(state.budget.forRequested).toBe(0);
    expect(picturesWithin(1, state)).toBeLessThan(330);
    expect(state.budget.slowDown()).toBeGreaterThan(first);
    picturesWithin(60, state);
    expect(picturesWithin(1, state)).toBeGreaterThan(580);
  });

  it('allows no requests if the rate is 0', () => {
    const { time, budget } = budgetOf(0);
    time.nowMs += 60 * MINUTE_MS;
    expect(budget.forPictures).toBe(0);
  });
});
