import { Injectable } from '@nestjs/common';
import { TooManyRequests } from '../../access/access.errors.js';
import { RateLimitsRepository } from '../../access/rate-limits.repository.js';
import { Config } from '../../kernel/config/config.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';

const WINDOW_SECONDS = 600;

/** Keeps callers from trying out numbers: WhatsApp tells each of them, and bans who asks for many. */
@Injectable()
export class PairingLimit {
  constructor(
    private readonly config: Config,
    private readonly limits: RateLimitsRepository,
  ) {}

  /** @throws TooManyRequests */
  async count(session: SessionName): Promise<void> {
    const points = this.config.PAIRING_CODES_PER_10_MINUTES;
    const window = { name: 'pairing', points, seconds: WINDOW_SECONDS };
    const { isOver, endsInMs } = await this.limits.use(window, session);
    if (!isOver) return;
    throw new TooManyRequests(
      'pairing_limited',
      `${points} pairing codes were asked for within 10 minutes (PAIRING_CODES_PER_10_MINUTES). The QR code at ` +
        '/session/qr can be scanned at any time.',
      Math.ceil(endsInMs / 1_000),
    );
  }
}
