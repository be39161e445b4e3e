import type { Config } from '../../kernel/config/config.js';

/** People whom one request of callers asks about, at most: what is asked and not yet saved is asked again after a kill. */
const MAX_REQUESTED = 10;
/** After WhatsApp has complained: the first pause; each further one is twice as long. */
const FIRST_PAUSE_MS = 5 * 60_000;
/** The part of the pace below which no complaint reduces it. */
const MIN_SHARE = 1 / 16;
/** The part of the pace that comes back in each minute without a complaint. */
const REGAINED_PER_MINUTE = 0.02;
/** Pictures for which nobody waits, that one glance may ask for. */
const MAX_PICTURES = 10;

/** Tells the time in milliseconds, never going backwards. */
export type Clock = () => number;

/**
 * How many requests about single people may go out, and when: a token bucket that fills at the configured pace. Part of it
 * is kept for people whom a notification or a caller wants at once. Each complaint of WhatsApp halves the pace, which then
 * grows back slowly.
 */
export class FetchBudget {
  private readonly perMinute: number;
  /** Never spent on people for whom nobody waits. */
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

  /** How many people for whom somebody waits may be asked about now. */
  get forRequested(): number {
    this.refill();
    return Math.min(Math.floor(this.tokens), MAX_REQUESTED);
  }

  /** How many pictures for which nobody waits may be asked for now. */
  get forPictures(): number {
    this.refill();
    return Math.max(0, Math.min(Math.floor(this.tokens - this.reserve), MAX_PICTURES));
  }

  spend(requests: number): void {
    this.tokens -= requests;
  }

  /**
   * WhatsApp has complained.
   * @returns for how long nothing may be asked at all, in milliseconds, with jitter
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
