import { describe, expect, it } from '@jest/globals';
import { Config } from '../../config/config.js';
import { FetchBudget } from './fetch-budget.js';

const MINUTE_MS = 60_000;

function budgetOf(perMinute: number) {
  const time = { nowMs: 0 };
  const config = Object.assign(new Config(), { DOWNLOADS_PER_MINUTE: perMinute });
  return { time, budget: new FetchBudget(config, () => time.nowMs) };
}

/** Asks about as many people as it may, looking every 300 ms. */
function peopleWithin(minutes: number, { time, budget }: ReturnType<typeof budgetOf>): number {
  const endMs = time.nowMs + minutes * MINUTE_MS;
  let people = 0;
  for (; time.nowMs < endMs; time.nowMs += 300) {
    const batch = budget.forAnybody;
    budget.spend(batch);
    people += batch;
  }
  return people;
}

describe('the budget of downloads', () => {
  it.each([1, 20, 600])('keeps a pace of %i people a minute', (perMinute) => {
    const people = peopleWithin(30, budgetOf(perMinute));
    expect(people).toBeLessThanOrEqual(30 * perMinute);
    expect(people).toBeGreaterThanOrEqual(30 * perMinute - Math.max(10, perMinute * 0.1));
  });

  it('always has something left for those whom somebody waits for', () => {
    const { time, budget } = budgetOf(20);
    peopleWithin(10, { time, budget });
    expect(budget.forRequested).toBeGreaterThanOrEqual(1);
  });

  it('does not save up while nobody is due', () => {
    const { time, budget } = budgetOf(20);
    time.nowMs += 60 * MINUTE_MS;
    expect(peopleWithin(1, { time, budget })).toBeLessThanOrEqual(28);
  });

  it('is halved by a complaint, and grows back slowly', () => {
    const state = budgetOf(600);
    const first = state.budget.slowDown();
    expect(first).toBeGreaterThanOrEqual(5 * MINUTE_MS);
    expect(state.budget.forRequested).toBe(0);
    expect(peopleWithin(1, state)).toBeLessThan(330);
    expect(state.budget.slowDown()).toBeGreaterThan(first);
    peopleWithin(60, state);
    expect(peopleWithin(1, state)).toBeGreaterThan(580);
  });

  it('has nothing to give when it is 0', () => {
    const { time, budget } = budgetOf(0);
    time.nowMs += 60 * MINUTE_MS;
    expect(budget.forAnybody).toBe(0);
  });
});
