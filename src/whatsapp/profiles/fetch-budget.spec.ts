import { describe, expect, it } from '@jest/globals';
import { Config } from '../../kernel/config/config.js';
import { FetchBudget } from './fetch-budget.js';

const MINUTE_MS = 60_000;

function budgetOf(perMinute: number) {
  const time = { nowMs: 0 };
  const config = Object.assign(new Config(), { DOWNLOADS_PER_MINUTE: perMinute });
  return { time, budget: new FetchBudget(config, () => time.nowMs) };
}

/** Asks for as many pictures as it may, looking every 300 ms. */
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

describe('the budget of profile fetches', () => {
  it.each([1, 20, 600])('keeps a pace of %i a minute', (perMinute) => {
    const pictures = picturesWithin(30, budgetOf(perMinute));
    expect(pictures).toBeLessThanOrEqual(30 * perMinute);
    expect(pictures).toBeGreaterThanOrEqual(30 * perMinute - Math.max(10, perMinute * 0.1));
  });

  it('always has something left for people whom somebody waits for', () => {
    const { time, budget } = budgetOf(20);
    picturesWithin(10, { time, budget });
    expect(budget.forRequested).toBeGreaterThanOrEqual(1);
  });

  it('does not save up while nobody is due', () => {
    const { time, budget } = budgetOf(20);
    time.nowMs += 60 * MINUTE_MS;
    expect(picturesWithin(1, { time, budget })).toBeLessThanOrEqual(28);
  });

  it('is halved by a complaint, and grows back slowly', () => {
    const state = budgetOf(600);
    const first = state.budget.slowDown();
    expect(first).toBeGreaterThanOrEqual(5 * MINUTE_MS);
    expect(state.budget.forRequested).toBe(0);
    expect(picturesWithin(1, state)).toBeLessThan(330);
    expect(state.budget.slowDown()).toBeGreaterThan(first);
    picturesWithin(60, state);
    expect(picturesWithin(1, state)).toBeGreaterThan(580);
  });

  it('has nothing to give when it is 0', () => {
    const { time, budget } = budgetOf(0);
    time.nowMs += 60 * MINUTE_MS;
    expect(budget.forPictures).toBe(0);
  });
});
