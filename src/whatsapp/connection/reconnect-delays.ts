import { BackOff, type BackOffLimits } from '../../kernel/async/back-off.js';
import type { DisconnectReason } from './disconnect-reasons.js';

const MINUTE_MS = 60_000;

/** After lost connections and temporary failures. */
export const RETRY: BackOffLimits = { firstMs: 1_000, maxMs: 5 * MINUTE_MS, stableMs: MINUTE_MS };
/** After 440. The other connection may be the operator's, and each attempt disconnects it. */
export const HOLD: BackOffLimits = {
  firstMs: 4 * MINUTE_MS,
  maxMs: 120 * MINUTE_MS,
  stableMs: 60 * MINUTE_MS,
};
/** After a failed attempt to link. The user is likely to try again. */
export const LINK_AGAIN: BackOffLimits = { firstMs: 1_000, maxMs: 10_000, stableMs: MINUTE_MS };

/** Between rounds of QR codes that were not scanned. Each round lasts minutes. */
export const OFFER: BackOffLimits = { firstMs: 2_000, maxMs: MINUTE_MS, stableMs: MINUTE_MS };

/** Between attempts while only the user can solve the problem. */
const STOPPED_PAUSE_MS = 6 * 60 * 60_000;

/** Determines the delay before the next connection, from the previous ones. */
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

  /** @param openMs how long the last connection was open; 0 if it never was */
  nextMs(action: DisconnectReason['action'], openMs: number): number {
    const isSecondRestart = this.wasRestart;
    this.wasRestart = action === 'restart';
    switch (action) {
      case 'restart':
        // WhatsApp requests one new connection, not a loop.
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

  /** Call this when the device is unlinked. */
  reset(): void {
    for (const backOff of [this.retries, this.holds, this.offers, this.linksAgain]) backOff.reset();
  }
}
