import { Injectable, Logger } from '@nestjs/common';
import { LastingFailure } from '../kernel/errors/lasting-failure.js';
import { TooManyRequests } from './access.errors.js';
import type { ApiKey } from './api-key.entity.js';
import { RateLimitsRepository } from './rate-limits.repository.js';

const WINDOW_SECONDS = 60;
/** Replicas tell each other what they have counted this often; a key may exceed its limit by what arrives meanwhile. */
const SHARE_EVERY_MS = 250;

interface Count {
  /** Counted here, and not told to the others yet. */
  pending: number;
  /** Of all replicas, when it was last shared. */
  shared: number;
  endsAtMs: number;
  sharedAtMs: number;
  isSharing: boolean;
}

/** Limits how many requests each key may send a minute, to all replicas together, without a statement for each. */
@Injectable()
export class KeyLimits {
  private readonly logger = new Logger(KeyLimits.name);
  private readonly counts = new Map<string, Count>();
  private readonly sharing = new LastingFailure(
    this.logger,
    'Counting requests together with other processes',
  );

  constructor(private readonly limits: RateLimitsRepository) {}

  /** @throws TooManyRequests when the key has used up what it may send */
  count({ id, requestsPerMinute: limit }: ApiKey): void {
    if (limit === null) return;
    const nowMs = Date.now();
    const count = this.countOf(id);
    if (nowMs >= count.endsAtMs)
      Object.assign(count, { pending: 0, shared: 0, endsAtMs: nowMs + WINDOW_SECONDS * 1_000 });
    if (count.shared + count.pending >= limit) {
      throw new TooManyRequests(
        'key_limited',
        `The API key may send ${limit} requests a minute, and has.`,
        Math.max(1, Math.ceil((count.endsAtMs - nowMs) / 1_000)),
      );
    }
    count.pending += 1;
    if (!count.isSharing && nowMs - count.sharedAtMs >= SHARE_EVERY_MS) void this.share(id, limit, count);
  }

  private countOf(id: string): Count {
    let count = this.counts.get(id);
    if (!count) {
      count = { pending: 0, shared: 0, endsAtMs: 0, sharedAtMs: 0, isSharing: false };
      this.counts.set(id, count);
    }
    return count;
  }

  private async share(id: string, limit: number, count: Count): Promise<void> {
    count.isSharing = true;
    const { pending } = count;
    try {
      const window = { name: 'key', points: limit, seconds: WINDOW_SECONDS };
      const { points, endsInMs } = await this.limits.use(window, id, pending);
      count.pending = Math.max(0, count.pending - pending);
      count.shared = points;
      count.endsAtMs = Date.now() + endsInMs;
      this.sharing.worked();
    } catch (error) {
      this.sharing.failed(error);
    } finally {
      count.isSharing = false;
      count.sharedAtMs = Date.now();
    }
  }
}
