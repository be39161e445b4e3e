/** Time within which callers retry a failed statement. */
const IN_A_ROW_MS = 60_000;

/**
 * How long the connections of a pool may wait for a response. A connection that was dropped silently never responds,
 * and TCP reports that only after 15 minutes, so a connection that exceeds the limit is closed. If the retry on a newer
 * connection exceeds the limit as well, the statement itself may be slow, so the limit doubles.
 */
export class SilenceLimit {
  private exceededAtMs = -Infinity;
  private limitMs: number;

  /** @param maxMs upper bound of the doubled limit; by default, the limit does not change */
  constructor(
    private readonly firstMs: number,
    private readonly maxMs = firstMs,
  ) {
    this.limitMs = firstMs;
  }

  get currentMs(): number {
    if (!this.wasExceeded) this.limitMs = this.firstMs;
    return this.limitMs;
  }

  /** @param openedAtMs when the connection that did not respond was opened, on the monotonic clock */
  exceeded(openedAtMs: number): void {
    const isRetry = this.wasExceeded && openedAtMs > this.exceededAtMs;
    if (isRetry) this.limitMs = Math.min(2 * this.limitMs, this.maxMs);
    this.exceededAtMs = performance.now();
  }

  private get wasExceeded(): boolean {
    return performance.now() - this.exceededAtMs < this.limitMs + IN_A_ROW_MS;
  }
}
