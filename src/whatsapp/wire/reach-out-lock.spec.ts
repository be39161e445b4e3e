import { describe, expect, it } from '@jest/globals';
import { lockedUntil, readReachOutLock } from './reach-out-lock.js';

const DAY_MS = 24 * 3_600_000;
const seconds = (ms: number) => String(Math.floor(ms / 1_000));
const answer = (content: string | Buffer) => ({
  tag: 'iq',
  attrs: {},
  content: [{ tag: 'result', attrs: {}, content: Buffer.from(content) }],
});

describe('the reach-out time lock', () => {
  it('ends when WhatsApp says', () => {
    const end = Math.ceil(Date.now() / 1_000) * 1_000 + 3_600_000;
    expect(lockedUntil({ is_active: true, time_enforcement_ends: seconds(end) })).toEqual(new Date(end));
    expect(lockedUntil({ is_active: false, time_enforcement_ends: seconds(end) })).toBeNull();
  });

  it.each([[undefined], [null], ['0'], ['soon'], ['1']])('ends in a day when the end is %p', (ends) => {
    const until = lockedUntil({ is_active: true, time_enforcement_ends: ends });
    expect(Math.abs(Number(until) - Date.now() - DAY_MS)).toBeLessThan(60_000);
  });

  it('ends within 30 days, whatever WhatsApp says', () => {
    const until = lockedUntil({ is_active: true, time_enforcement_ends: '9'.repeat(18) });
    expect(Math.abs(Number(until) - Date.now() - 30 * DAY_MS)).toBeLessThan(60_000);
  });

  it('is read from an answer', () => {
    const data = { xwa2_fetch_account_reachout_timelock: { is_active: false } };
    expect(readReachOutLock(answer(JSON.stringify({ data })))).toBeNull();
  });

  it.each([
    ['null'],
    ['{}'],
    ['{"data":{}}'],
    ['{"data":{"xwa2_fetch_account_reachout_timelock":null}}'],
    ['{"errors":[{}]}'],
    ['no JSON'],
    [' '.repeat(20_000) + '{}'],
  ])('is unknown when the answer is %#', (content) => {
    expect(() => readReachOutLock(answer(content))).toThrow();
  });
});
