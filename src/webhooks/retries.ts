const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** After each failure, as Standard Webhooks suggests. Who has not taken a delivery after the last one is paused. */
const DELAYS_MS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
export const MAX_ATTEMPTS = DELAYS_MS.length + 1;

/** Receivers that were down together are not all asked in the same moment. */
const JITTER = 0.1;
const MAX_RETRY_AFTER_MS = 24 * HOUR;

/**
 * @param failures so far, 1 after the first
 * @param retryAfterMs what the receiver has asked for; null: nothing
 * @returns the delay until the next attempt; null: there is none
 */
export function retryDelayMs(
  failures: number,
  retryAfterMs: number | null,
  random = Math.random,
): number | null {
  const delayMs = DELAYS_MS[failures - 1];
  if (delayMs === undefined) return null;
  const jittered = delayMs * (1 + JITTER * (2 * random() - 1));
  return Math.max(jittered, Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS));
}

/** @param header seconds, or a date (RFC 9110, 10.2.3) */
export function readRetryAfter(header: string | undefined, nowMs = Date.now()): number | null {
  if (!header) return null;
  const delayMs = /^\d+$/.test(header) ? Number(header) * SECOND : Date.parse(header) - nowMs;
  return Number.isNaN(delayMs) ? null : Math.max(0, delayMs);
}
