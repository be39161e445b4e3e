/** A moment, by both of the machine's clocks. */
export interface Moment {
  monotonicMs: number;
  wallMs: number;
}

export function now(): Moment {
  return { monotonicMs: performance.now(), wallMs: Date.now() };
}

/**
 * How long ago a moment was, at most: the monotonic clock may stand still while the machine sleeps, and the wall
 * clock may be set back; whichever says more is believed.
 */
export function elapsedMs(since: Moment): number {
  const { monotonicMs, wallMs } = now();
  return Math.max(monotonicMs - since.monotonicMs, wallMs - since.wallMs);
}
