import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { isDatabaseUnavailable, isReadOnly } from '../database/database-errors.js';
import { FeedMonitor } from '../feed/feed-monitor.js';
import { pause } from '../kernel/async/pause.js';
import { FailureLog } from '../kernel/logging/failure-log.js';
import { Log } from '../kernel/logging/log.js';
import { MAX_ATTEMPTS, retryDelayMs } from './retries.js';
import { webhookAttempts } from './webhook.metrics.js';
import {
  type LeasedWebhook,
  type PendingDelivery,
  WebhookDeliveriesRepository,
  type WebhookProgress,
} from './webhook-deliveries.repository.js';
import { changesPayload } from './webhook-payload.js';
import { type Outcome, WebhookSender } from './webhook-sender.js';

/** Webhooks that a process delivers at the same time, with one request each. */
const MAX_AT_ONCE = 100;
/** Of these, webhooks with the same owner, see OWNER. */
const MAX_AT_ONCE_PER_OWNER = 20;
/** Polls for due retries, expired leases and lost notifications. */
const POLL_EVERY_MS = 1_000;
/** Time for running requests at shutdown. */
const GRACE_MS = 2_000;

const GONE = 410;
const BEHIND =
  'Changes were deleted before the webhook could deliver them. Read the whole list again (GET /contacts), and ' +
  'continue from the number in its header Changes-Next with POST /webhooks/{id}/replay.';

/** Delivers webhooks, each in order and by one process at a time. If the process is killed, another one continues. */
@Injectable()
export class WebhookRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Log(WebhookRunner.name);
  private readonly failure = new FailureLog(this.log, 'Claiming webhooks');
  private readonly stopped = new AbortController();
  /** Aborts running requests after the grace period. */
  private readonly graceEnded = new AbortController();
  /** Running deliveries, with the owner of the webhook. */
  private readonly delivering = new Map<Promise<void>, string>();
  private running = Promise.resolve();
  private isWoken = false;
  private sleeping = new AbortController();
  private stopWatching = () => {};

  constructor(
    private readonly deliveries: WebhookDeliveriesRepository,
    private readonly sender: WebhookSender,
    private readonly watch: FeedMonitor,
  ) {}

  onApplicationBootstrap(): void {
    this.stopWatching = this.watch.onGrown(() => this.wake());
    this.running = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopWatching();
    this.stopped.abort();
    setTimeout(() => this.graceEnded.abort(), GRACE_MS).unref();
    await this.running;
    await Promise.all(this.delivering.keys());
  }

  /** Checks for changes to deliver without waiting for the next poll. */
  wake(): void {
    this.isWoken = true;
    this.sleeping.abort();
  }

  private async run(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      this.isWoken = false;
      await this.claim().then(
        () => this.failure.recovered(),
        // With a standby database, other processes deliver webhooks.
        (error: unknown) => isReadOnly(error) || this.failure.failed(error),
      );
      this.sleeping = new AbortController();
      if (this.isWoken) continue;
      await pause(POLL_EVERY_MS, AbortSignal.any([this.sleeping.signal, this.stopped.signal]));
    }
  }

  private async claim(): Promise<void> {
    const free = MAX_AT_ONCE - this.delivering.size;
    if (free === 0) return;
    const owners = [...this.delivering.values()];
    for (const webhook of await this.deliveries.claim({ free, perOwner: MAX_AT_ONCE_PER_OWNER, owners })) {
      const delivering = this.deliverAll(webhook).finally(() => {
        this.delivering.delete(delivering);
        // Changes that were added while the lease was held have not been claimed.
        this.wake();
      });
      this.delivering.set(delivering, webhook.owner);
    }
  }

  /** Whether other webhooks may wait for the place of this one. */
  private isContended({ owner }: LeasedWebhook): boolean {
    if (this.delivering.size >= MAX_AT_ONCE) return true;
    const owners = [...this.delivering.values()];
    return owners.filter((each) => each === owner).length >= MAX_AT_ONCE_PER_OWNER;
  }

  private async deliverAll(webhook: LeasedWebhook): Promise<void> {
    try {
      let hasMore = true;
      while (hasMore && !this.stopped.signal.aborted)
        hasMore = (await this.deliverNext(webhook)) && !this.isContended(webhook);
    } catch (err) {
      if (!this.graceEnded.signal.aborted && !isDatabaseUnavailable(err))
        this.log.error({ err, webhook: webhook.id }, 'Delivering webhook failed');
      // Delays the next attempt, because the error may persist.
      await pause(POLL_EVERY_MS, this.stopped.signal);
    }
    // If this fails, the lease expires.
    await this.deliveries.release(webhook).catch(() => {});
  }

  /** @returns whether there may be more to deliver */
  private async deliverNext(webhook: LeasedWebhook): Promise<boolean> {
    const pending = await this.deliveries.next(webhook);
    if (pending === 'gone') await this.deliveries.stop(webhook, BEHIND);
    if (typeof pending === 'string') return false;
    const { id, reader, rows, fields } = pending;
    const body = changesPayload(reader, rows, fields);
    const outcome = await this.sender.send({ ...pending, body }, this.graceEnded.signal);
    const { status, durationMs, error } = outcome;
    const attempt = { deliveryId: id, session: reader.session, rows, status, durationMs, error };
    webhookAttempts.inc({ result: error === null ? 'delivered' : 'failed' });
    if (error === null) return this.deliveries.delivered(webhook, pending, attempt);
    await this.deliveries.failed(webhook, pending, { progress: afterFailure(pending, outcome), attempt });
    return false;
  }
}

function afterFailure(
  { failures: before }: PendingDelivery,
  { status, error, retryAfterMs }: Outcome,
): WebhookProgress {
  const failures = before + 1;
  if (status === GONE)
    return {
      state: 'disabled',
      reason:
        'The receiver responded with 410 and unsubscribed. POST /webhooks/{id}/resume continues the deliveries.',
      failures,
      retryMs: null,
    };
  const retryMs = retryDelayMs(failures, retryAfterMs);
  if (retryMs !== null) return { state: 'active', reason: error, failures, retryMs };
  const advice = 'Fix the receiver, then POST /webhooks/{id}/resume.';
  const reason = `${MAX_ATTEMPTS} attempts in three days failed. ${error} ${advice}`;
  return { state: 'paused', reason, failures, retryMs: null };
}
