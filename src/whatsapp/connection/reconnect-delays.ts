import { BackOff, type BackOffLimits } from '../../kernel/async/back-off.js';
import type { Ending } from './disconnect-reasons.js';

const MINUTE_MS = 60_000;

/** After lost connections and passing faults. */
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

/** Where only a person can help: how often it is tried all the same. */
const STOPPED_PAUSE_MS = 6 * 60 * 60_000;

/** How long to wait before the next connection; it remembers what came before. */
export class ReconnectDelays {
  private readonly retries: BackOff;
  private readonly holds: BackOff;
  private readonly offers: BackOff;
  private readonly linksAgain: BackOff;
  private wasRestart = false;

  /** @param random from 0 to 1 */
  constructor(random: () => number = Math.random) {
    this.retries = new BackOff(RETRY, random);
    this.holds = new BackOff(HOLD, random);
    this.offers = new BackOff(OFFER, random);
    this.linksAgain = new BackOff(LINK_AGAIN, random);
  }

  /** @param openMs how long the connection that just ended was open; 0 when it never was */
  nextMs({ action }: Ending, openMs: number): number {
    const isSecondRestart = this.wasRestart;
    this.wasRestart = action === 'restart';
    switch (action) {
      case 'restart':
        // WhatsApp asks for one new connection, not for a loop of them.
        return isSecondRestart ? this.retries.nextDelayMs(openMs) : 0;
      case 'stop':
      case 'update':
        return STOPPED_PAUSE_MS;
      case 'hold':
        return this.holds.nextLongDelayMs(openMs);
      case 'offer':
        this.retries.reset();
        return this.offers.nextDelayMs(0);
      case 'link-again':
        this.offers.reset();
        return this.linksAgain.nextDelayMs(0);
      case 'relink':
      case 'retry':
        return this.retries.nextDelayMs(openMs);
    }
  }

  /** The link is another one now. */
  reset(): void {
    for (const backOff of [this.retries, this.holds, this.offers, this.linksAgain]) backOff.reset();
  }
}
