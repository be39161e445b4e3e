import { Injectable } from '@nestjs/common';
import { FailureLog } from '../kernel/logging/failure-log.js';
import { Log } from '../kernel/logging/log.js';
import { keyLimited } from './access.errors.js';
import type { ApiKey } from './api-key.entity.js';
import { type KeyBudget, WINDOW_SECONDS } from './key-budget.js';
import { RateLimitsRepository } from './rate-limits.repository.js';

/** Interval at which replicas share their counts. A key may exceed its limit by the requests within this time. */
const SHARE_EVERY_MS = 250;
const WINDOW_MS = WINDOW_SECONDS * 1_000;

interface Count {
  limit: number;
  /** Requests counted here that are not shared yet. */
  pending: number;
  /** Requests to all replicas when the count was last shared. */
  shared: number;
  endsAtMs: number;
  sharedAtMs: number;
  /** Whether the count is being shared, or will be. */
  isSharing: boolean;
}

/** Limits the requests per minute of each key to all replicas, without a query per request. */
@Injectable()
export class KeyLimits {
  private readonly counts = new Map<string, Count>();
  private forgetAtMs = 0;
  private readonly failure = new FailureLog(new Log(KeyLimits.name), 'Sharing request counts');

  constructor(private readonly limits: RateLimitsRepository) {}

  /**
   * Counts a request.
   *
   * @returns the remaining requests, disregarding those that other replicas have not shared yet; null if unlimited
   * @throws TooManyRequests if the key exceeds its limit
   */
  count({ id, requestsPerMinute: limit }: Pick<ApiKey, 'id' | 'requestsPerMinute'>): KeyBudget | null {
    if (limit === null) return null;
    const nowMs = Date.now();
    this.forgetEnded(nowMs);
    const count = this.countOf(id, limit);
    if (nowMs >= count.endsAtMs) Object.assign(count, { pending: 0, shared: 0, endsAtMs: nowMs + WINDOW_MS });
    const isOver = count.shared + count.pending >= limit;
    const budget = this.add(id, count, isOver ? 0 : 1);
    if (isOver) throw keyLimited(budget);
    return budget;
  }

  /**
   * Counts further requests for the work of a request that was counted before. They may exceed the limit, because a
   * request that alone exceeds it could never be served.
   *
   * @returns as count()
   */
  charge(id: string, requests: number): KeyBudget | null {
    const count = this.counts.get(id);
    return count ? this.add(id, count, requests) : null;
  }

  /** Deletes counts once per window. Otherwise, they would accumulate with the subjects of access tokens. */
  private forgetEnded(nowMs: number): void {
    if (nowMs < this.forgetAtMs) return;
    this.forgetAtMs = nowMs + WINDOW_MS;
    for (const [id, { endsAtMs }] of this.counts) if (nowMs >= endsAtMs) this.counts.delete(id);
  }

  private add(id: string, count: Count, requests: number): KeyBudget {
    count.pending += requests;
    this.scheduleSharing(id, count);
    return budgetOf(count);
  }

  /** Shares every count within the interval, also if no further request arrives. */
  private scheduleSharing(id: string, count: Count): void {
    if (count.isSharing || count.pending === 0) return;
    count.isSharing = true;
    const dueInMs = count.sharedAtMs + SHARE_EVERY_MS - Date.now();
    setTimeout(() => void this.share(id, count), Math.max(0, dueInMs)).unref();
  }

  private countOf(id: string, limit: number): Count {
    let count = this.counts.get(id);
    if (!count) {
      count = { limit, pending: 0, shared: 0, endsAtMs: 0, sharedAtMs: 0, isSharing: false };
      this.counts.set(id, count);
    }
    return count;
  }

  private async share(id: string, count: Count): Promise<void> {
    const { limit, pending } = count;
    let isShared = false;
    try {
      const window = { name: 'key', points: limit, seconds: WINDOW_SECONDS };
      const { points, endsInMs } = await this.limits.use(window, id, pending);
      count.pending = Math.max(0, count.pending - pending);
      count.shared = points;
      count.endsAtMs = Date.now() + endsInMs;
      isShared = true;
      this.failure.recovered();
    } catch (error) {
      this.failure.failed(error);
    }
    count.isSharing = false;
    count.sharedAtMs = Date.now();
    // After a failure, the next request tries again.
    if (isShared) this.scheduleSharing(id, count);
  }
}

function budgetOf({ limit, shared, pending, endsAtMs }: Count): KeyBudget {
  return {
    limit,
    remaining: Math.max(0, limit - shared - pending),
    resetSeconds: Math.max(1, Math.ceil((endsAtMs - Date.now()) / 1_000)),
  };
}
