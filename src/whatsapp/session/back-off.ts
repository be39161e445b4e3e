const FIRST_MS = 1_000;
const MAX_MS = 5 * 60_000;
/** After 440: the other connection may be the operator's own; fighting it would annoy both. */
const HOLD_MS = 2 * 60_000;
/** A connection that stayed open for this long counts as good, so that a short `open` does not reset the pauses. */
const STABLE_MS = 60_000;

/** Pauses between attempts to connect: exponential, with full jitter, up to 5 minutes. */
export class BackOff {
  private failures = 0;

  /** @param openMs how long the connection that just ended was open; 0 when it never was */
  nextDelayMs(openMs: number): number {
    if (openMs >= STABLE_MS) this.failures = 0;
    const capMs = Math.min(FIRST_MS * 2 ** this.failures, MAX_MS);
    this.failures += 1;
    return Math.round(Math.random() * capMs);
  }

  /** A pause after which another connection has most likely ended. */
  holdDelayMs(): number {
    return HOLD_MS + Math.round(Math.random() * HOLD_MS);
  }

  reset(): void {
    this.failures = 0;
  }
}
