import { Injectable } from '@nestjs/common';
import { TooManyRequests } from '../../access/access.errors.js';
import { RateLimitsRepository } from '../../access/rate-limits.repository.js';
import { Config } from '../../kernel/config/config.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';

const WINDOW_SECONDS = 600;

/** Limits pairing codes: each request notifies the owner of a number, and WhatsApp bans accounts that send many. */
@Injectable()
export class PairingLimit {
  constructor(
    private readonly config: Config,
    private readonly limits: RateLimitsRepository,
  ) {}

  /** Counts a request. @throws TooManyRequests */
  async count(session: SessionName): Promise<void> {
    const points = this.config.PAIRING_CODES_PER_10_MINUTES;
    const window = { name: 'pairing', points, seconds: WINDOW_SECONDS };
    const { isOver, endsInMs } = await this.limits.use(window, session);
    if (isOver) throw pairingLimited(points, Math.ceil(endsInMs / 1_000));
  }
}

export function pairingLimited(limit: number, retryAfterSeconds: number): TooManyRequests {
  return new TooManyRequests(
    'pairing_limited',
    `The limit of ${limit} pairing codes in 10 minutes is reached (PAIRING_CODES_PER_10_MINUTES). Try again later, ` +
      'or scan the QR code at /session/qr.',
    retryAfterSeconds,
  );
}
