const DAY_MS = 86_400_000;

/** Days until a key expires, or a date. */
export const EXPIRIES = ['never', '30', '90', '365', 'date'] as const;

export type Expiry = (typeof EXPIRIES)[number];

/**
 * Returns the time when a key expires.
 *
 * @param date last day of the key as YYYY-MM-DD, for `date`
 * @returns ISO 8601 in UTC; null: never; undefined if the date is missing, invalid or has passed
 */
export function expiryOf(expiry: Expiry, date: string, nowMs: number): string | null | undefined {
  if (expiry === 'never') return null;
  if (expiry !== 'date') return new Date(nowMs + Number(expiry) * DAY_MS).toISOString();
  const [year = NaN, month = NaN, day = NaN] = date.split('-').map(Number);
  // The end of this day where the user is.
  const at = new Date(year, month - 1, day + 1);
  return at.getTime() > nowMs ? at.toISOString() : undefined;
}
