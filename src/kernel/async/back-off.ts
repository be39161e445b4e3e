/** The first pause, and the one beyond which they do not grow. */
export interface PauseLimits {
  firstMs: number;
  maxMs: number;
}

/** Limits of the pauses between attempts, and when they begin anew. */
export interface BackOffLimits extends PauseLimits {
  /** A connection that stayed open for this long counts as good, so that a short `open` does not reset the pauses. */
  stableMs: number;
}

/** The pause after so many failures (0: the first one) in milliseconds, twice as long each time. */
export function pauseAfterMs(failures: number, { firstMs, maxMs }: PauseLimits): number {
  return Math.min(firstMs * 2 ** failures, maxMs);
}

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
    const capMs = pauseAfterMs(this.failures, this.limits);
    this.failures += 1;
    return capMs;
  }
}
