const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * Delays after each failure, as Standard Webhooks suggests, with two more steps for receivers that restart. After the
 * last one fails, the webhook is paused.
 */
const DELAYS_MS = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
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

/** Spreads requests to receivers that failed at the same time. */
const JITTER = 0.1;
const MAX_RETRY_AFTER_MS = 24 * HOUR;

/**
 * @param failures number of failures, 1 after the first
 * @param retryAfterMs minimum delay that the receiver requested; null if it did not
 * @returns the delay until the next attempt; null after the last attempt
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

/**
 * Parses a Retry-After header: seconds or a date (RFC 9110, 10.2.3).
 * @returns the delay; null if the header is missing or invalid
 */
export function readRetryAfter(header: string | undefined, nowMs = Date.now()): number | null {
  if (!header) return null;
  const delayMs = /^\d+$/.test(header) ? Number(header) * SECOND : Date.parse(header) - nowMs;
  return Number.isNaN(delayMs) ? null : Math.max(0, delayMs);
}
