import { describe, expect, it } from '@jest/globals';
import { FairSlots } from './fair-slots.js';
import { TooBusy, TooManyAtOnce } from './http.errors.js';

const slots = (maxWaitMs = 20) => new FairSlots({ what: 'lists', perCaller: 2, overall: 3, maxWaitMs });

describe('FairSlots', () => {
  it('limits each caller, so that slots remain for others', async () => {
    const fair = slots();
    const [release] = [await fair.take('a'), await fair.take('a')];
    await expect(fair.take('a')).rejects.toThrow(TooManyAtOnce);
    await fair.take('b');
    await expect(fair.take('c')).rejects.toThrow(TooBusy);
    release?.();
    await fair.take('c');
  });

  it('passes a released slot to a waiting caller, and reports contention meanwhile', async () => {
    const fair = slots(5_000);
    const [first] = [await fair.take('a'), await fair.take('a')];
    expect(fair.isContended).toBe(false);
    const waiting = fair.take('a');
    expect(fair.isContended).toBe(true);
    first?.();
    await waiting;
    expect(fair.isContended).toBe(false);
  });

  it('retains no entry of callers without slots', async () => {
    const fair = slots();
    (await fair.take('a'))();
    await Promise.all([fair.take('b'), fair.take('b'), fair.take('b').catch(() => {})]);
    expect([...(fair as unknown as { callers: Map<string, unknown> }).callers.keys()]).toEqual(['b']);
  });
});
