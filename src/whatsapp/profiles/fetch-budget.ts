import type { Config } from '../../kernel/config/config.js';

/** Maximum contacts per query for callers. After a kill, results that are not saved have to be fetched again. */
const MAX_REQUESTED = 10;
/** First pause after WhatsApp limits the rate. Each further pause is twice as long. */
const FIRST_PAUSE_MS = 5 * 60_000;
/** Minimum rate after reductions, as a share of the configured rate. */
const MIN_SHARE = 1 / 16;
/** Share of the configured rate that is restored per minute. */
const REGAINED_PER_MINUTE = 0.02;
/** Maximum pictures fetched in one go in the background. */
const MAX_PICTURES = 10;

/** Returns monotonic time in milliseconds. */
export type Clock = () => number;

/**
 * Token bucket for requests about single contacts. A part of it is reserved for contacts that a caller or a
 * notification has requested. Each rate limit that WhatsApp returns halves the rate, which then recovers slowly.
 */
export class FetchBudget {
  private readonly perMinute: number;
  /** Not used for background fetches. */
  private readonly reserve: number;
  private share = 1;
  private tokens: number;
  private countedAtMs: number;

  constructor(
    config: Pick<Config, 'DOWNLOADS_PER_MINUTE'>,
    private readonly clock: Clock = () => performance.now(),
  ) {
    this.perMinute = config.DOWNLOADS_PER_MINUTE;
    this.reserve = Math.max(1, Math.round(this.perMinute / 10));
    this.tokens = this.reserve;
    this.countedAtMs = this.clock();
  }

  /** Number of requested contacts that may be fetched now. */
  get forRequested(): number {
    this.refill();
    return Math.min(Math.floor(this.tokens), MAX_REQUESTED);
  }

  /** Number of pictures that may be fetched now in the background. */
  get forPictures(): number {
    this.refill();
    return Math.max(0, Math.min(Math.floor(this.tokens - this.reserve), MAX_PICTURES));
  }

  spend(requests: number): void {
    this.tokens -= requests;
  }

  /**
   * Halves the rate, because WhatsApp has returned an error.
   *
   * @returns the time during which nothing may be fetched, in milliseconds, with jitter
   */
  slowDown(): number {
    this.refill();
    this.share = Math.max(this.share / 2, MIN_SHARE);
    this.tokens = 0;
    return Math.round((FIRST_PAUSE_MS * 0.5 * (1 + Math.random() * 0.25)) / this.share);
  }

  private refill(): void {
    const nowMs = this.clock();
    const minutes = (nowMs - this.countedAtMs) / 60_000;
    this.countedAtMs = nowMs;
    this.tokens = Math.min(
      this.tokens + minutes * this.perMinute * this.share,
      this.reserve + Math.max(1, Math.min(MAX_PICTURES, this.perMinute / 6)),
    );
    this.share = Math.min(1, this.share + minutes * REGAINED_PER_MINUTE);
  }
}
