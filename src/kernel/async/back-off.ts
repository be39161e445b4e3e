/** The first pause between attempts, and the longest one. */
export interface PauseLimits {
  firstMs: number;
  maxMs: number;
}

export interface BackOffLimits extends PauseLimits {
  /** A connection that was open this long resets the pauses. One that opens and closes immediately does not. */
  stableMs: number;
}

/** Returns the pause after a number of failures (0: the first one) in milliseconds. It doubles each time. */
export function pauseAfterMs(failures: number, { firstMs, maxMs }: PauseLimits): number {
  return Math.min(firstMs * 2 ** failures, maxMs);
}

/** Exponential backoff between attempts to connect, with jitter. */
export class BackOff {
  private failures = 0;

  /** @param random returns a number from 0 to 1 */
  constructor(
    private readonly limits: BackOffLimits,
    private readonly random: () => number = Math.random,
  ) {}

  /**
   * Returns a pause with full jitter, in milliseconds.
   * @param openMs how long the connection that just ended was open; 0 if it never was
   */
  nextDelayMs(openMs: number): number {
    return Math.round(this.random() * this.nextCapMs(openMs));
  }

  /** Like nextDelayMs(), but returns at least half of the maximum, for pauses that must be long. */
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
