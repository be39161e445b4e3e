export const PERIODS = ['today', 'week', 'month'] as const;

/** Time since which a contact has changed. */
export type Period = (typeof PERIODS)[number];

const DAYS_BEFORE_TODAY: Readonly<Record<Period, number>> = { today: 0, week: 6, month: 29 };

/**
 * Returns the beginning of a period in local time. It stays the same all day, because a cursor is valid for one time
 * only.
 *
 * @returns ISO 8601
 */
export function beginningOf(period: Period, now: Date): string {
  const day = now.getDate() - DAYS_BEFORE_TODAY[period];
  return new Date(now.getFullYear(), now.getMonth(), day).toISOString();
}
