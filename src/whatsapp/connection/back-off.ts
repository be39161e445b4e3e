/** Limits of the pauses between attempts, and when they begin anew. */
interface BackOffLimits {
  firstMs: number;
  maxMs: number;
  /** A connection that stayed open for this long counts as good, so that a short `open` does not reset the pauses. */
  stableMs: number;
}

const MINUTE_MS = 60_000;

/** After lost lines and passing faults. */
export const RETRY: BackOffLimits = { firstMs: 1_000, maxMs: 5 * MINUTE_MS, stableMs: MINUTE_MS };
/** After 440: the other connection may be the operator's own, and each attempt of ours throws it out. */
export const HOLD: BackOffLimits = {
  firstMs: 4 * MINUTE_MS,
  maxMs: 120 * MINUTE_MS,
  stableMs: 60 * MINUTE_MS,
};
/** After an attempt to link that somebody was at: they are likely to try again. */
export const LINK_AGAIN: BackOffLimits = { firstMs: 1_000, maxMs: 10_000, stableMs: MINUTE_MS };

/** Between QRs that nobody scanned; each round of them lasts minutes itself. */
export const OFFER: BackOffLimits = { firstMs: 2_000, maxMs: MINUTE_MS, stableMs: MINUTE_MS };

/** Pauses between attempts to connect: exponential, with full jitter (or, when asked, in the upper half). */
export class BackOff {
  private failures = 0;

  /** @param random from 0 to 1 */
  constructor(
    private readonly limits: BackOffLimits,
    private readonly random: () => number = Math.random,
  ) {}

  /** @param openMs how long the connection that just ended was open; 0 when it never was */
  nextDelayMs(openMs: number): number {
    return Math.round(this.random() * this.nextCapMs(openMs));
  }

  /** Never less than half of what it may be: for pauses that have to be long. */
  nextLongDelayMs(openMs: number): number {
    return Math.round((0.5 + this.random() / 2) * this.nextCapMs(openMs));
  }

  reset(): void {
    this.failures = 0;
  }

  private nextCapMs(openMs: number): number {
    if (openMs >= this.limits.stableMs) this.failures = 0;
    const capMs = Math.min(this.limits.firstMs * 2 ** this.failures, this.limits.maxMs);
    this.failures += 1;
    return capMs;
  }
}
