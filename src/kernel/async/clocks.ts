/** A moment, according to both clocks of the machine. */
export interface Moment {
  monotonicMs: number;
  wallMs: number;
}

export function now(): Moment {
  return { monotonicMs: performance.now(), wallMs: Date.now() };
}

/**
 * Returns the time since a moment, in milliseconds: the larger value of the two clocks. The monotonic clock may stop
 * while the machine is suspended, and the wall clock may be set back.
 */
export function elapsedMs(since: Moment): number {
  const { monotonicMs, wallMs } = now();
  return Math.max(monotonicMs - since.monotonicMs, wallMs - since.wallMs);
}
