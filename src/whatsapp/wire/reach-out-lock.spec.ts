import { describe, expect, it } from '@jest/globals';
import { lockedUntil, readReachOutLock } from './reach-out-lock.js';

const DAY_MS = 24 * 3_600_000;
const seconds = (ms: number) => String(Math.floor(ms / 1_000));
const response = (content: string | Buffer) => ({
  tag: 'iq',
  attrs: {},
  content: [{ tag: 'result', attrs: {}, content: Buffer.from(content) }],
});

describe('lockedUntil', () => {
  it('returns the end that WhatsApp sends', () => {
    const end = Math.ceil(Date.now() / 1_000) * 1_000 + 3_600_000;
    expect(lockedUntil({ is_active: true, time_enforcement_ends: seconds(end) })).toEqual(new Date(end));
    expect(lockedUntil({ is_active: false, time_enforcement_ends: seconds(end) })).toBeNull();
  });

  it.each([[undefined], [null], ['0'], ['soon'], ['1']])(
    'returns an end in 24 hours if WhatsApp sends %p',
    (ends) => {
      const until = lockedUntil({ is_active: true, time_enforcement_ends: ends });
      expect(Math.abs(Number(until) - Date.now() - DAY_MS)).toBeLessThan(60_000);
    },
  );

  it('returns an end within 30 days, even if WhatsApp sends a later date', () => {
    const until = lockedUntil({ is_active: true, time_enforcement_ends: '9'.repeat(18) });
    expect(Math.abs(Number(until) - Date.now() - 30 * DAY_MS)).toBeLessThan(60_000);
  });
});

describe('readReachOutLock', () => {
  it('reads a response', () => {
    const data = { xwa2_fetch_account_reachout_timelock: { is_active: false } };
    expect(readReachOutLock(response(JSON.stringify({ data })))).toBeNull();
  });

  it.each([
    ['null'],
    ['{}'],
    ['{"data":{}}'],
    ['{"data":{"xwa2_fetch_account_reachout_timelock":null}}'],
    ['{"errors":[{}]}'],
    ['no JSON'],
    [' '.repeat(20_000) + '{}'],
  ])('rejects invalid responses: %#', (content) => {
    expect(() => readReachOutLock(response(content))).toThrow();
  });
});
