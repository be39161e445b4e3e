import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseUnavailable, isReadOnly } from '../database/database-errors.js';
import { LastingFailure } from '../kernel/errors/lasting-failure.js';
import { FeedMonitor } from '../feed/feed-monitor.js';
import { MAX_ATTEMPTS, retryDelayMs } from './retries.js';
import {
  type LeasedWebhook,
  type PendingDelivery,
  WebhookDeliveriesRepository,
} from './webhook-deliveries.repository.js';
import { changesPayload } from './webhook-payload.js';
import { type Outcome, WebhookSender } from './webhook-sender.js';
import { webhookAttempts } from './webhook.metrics.js';

/** Webhooks that a process delivers at once. Each has one request under way: slow receivers take places, and nothing else. */
const MAX_AT_ONCE = 100;
/** Retries are due, leases run out, and notifications may not come. */
const LOOK_EVERY_MS = 1_000;
/** What is under way when the process stops is waited for so long. */
const GRACE_MS = 2_000;

const GONE = 410;
const BEHIND =
  'It is further behind than changes are kept. Read the whole list once more (GET /contacts), and go on from the number in its ' +
  'header Changes-Next with POST /webhooks/{id}/replay.';

/** Delivers webhooks, each in order and by one process at a time; who is killed in between is succeeded by another. */
@Injectable()
export class WebhookRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(WebhookRunner.name);
  private readonly failure = new LastingFailure(this.logger, 'Delivering webhooks');
  private readonly stopped = new AbortController();
  private readonly cut = new AbortController();
  private readonly delivering = new Set<Promise<void>>();
  private running = Promise.resolve();
  private isWoken = false;
  private pause = new AbortController();
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
    setTimeout(() => this.cut.abort(), GRACE_MS).unref();
    await this.running;
    await Promise.all(this.delivering);
  }

  /** There may be something to deliver. */
  wake(): void {
    this.isWoken = true;
    this.pause.abort();
  }

  private async run(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      this.isWoken = false;
      await this.claim().then(
        () => this.failure.worked(),
        // On a standby, webhooks are for others to deliver.
        (error: unknown) => isReadOnly(error) || this.failure.failed(error),
      );
      this.pause = new AbortController();
      if (this.isWoken) continue;
      const signal = AbortSignal.any([this.pause.signal, this.stopped.signal]);
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  private async claim(): Promise<void> {
    const free = MAX_AT_ONCE - this.delivering.size;
    if (free === 0) return;
    for (const webhook of await this.deliveries.claim(free)) {
      const delivering = this.deliverAll(webhook).finally(() => {
        this.delivering.delete(delivering);
        // What has changed since it was found to be read is nobody's yet.
        this.wake();
      });
      this.delivering.add(delivering);
    }
  }

  private async deliverAll(webhook: LeasedWebhook): Promise<void> {
    try {
      while (!this.stopped.signal.aborted && (await this.deliverNext(webhook)));
    } catch (error) {
      if (!this.cut.signal.aborted && !isDatabaseUnavailable(error))
        this.logger.error(`Webhook ${webhook.id} is not delivered`, (error as Error).stack);
      // Not at once: whatever it was, it may last.
      await sleep(LOOK_EVERY_MS, undefined, { signal: this.stopped.signal }).catch(() => {});
    }
    // Otherwise the lease runs out.
    await this.deliveries.release(webhook).catch(() => {});
  }

  /** @returns whether there may be more */
  private async deliverNext(webhook: LeasedWebhook): Promise<boolean> {
    const pending = await this.deliveries.next(webhook);
    if (pending === 'gone') await this.deliveries.pause(webhook, BEHIND);
    if (typeof pending === 'string') return false;
    const { id, session, url, secrets, rows } = pending;
    const body = changesPayload(session, rows);
    const outcome = await this.sender.send({ id, url, secrets, body }, this.cut.signal);
    const { status, durationMs, error } = outcome;
    const attempt = { deliveryId: id, session, rows, status, durationMs, error };
    webhookAttempts.inc({ result: error === null ? 'delivered' : 'failed' });
    if (error === null) return this.deliveries.delivered(webhook, pending, attempt);
    await this.deliveries.failed(webhook, afterFailure(pending, outcome), attempt);
    return false;
  }
}

/** What follows on a failed attempt. */
function afterFailure(
  { failures: before }: PendingDelivery,
  { status, error, retryAfterMs }: Outcome,
): Parameters<WebhookDeliveriesRepository['failed']>[1] {
  const failures = before + 1;
  if (status === GONE)
    return {
      state: 'disabled',
      reason: 'The receiver answers 410: it wants no more. POST /webhooks/{id}/resume goes on all the same.',
      failures,
      retryMs: null,
    };
  const retryMs = retryDelayMs(failures, retryAfterMs);
  if (retryMs !== null) return { state: 'active', reason: error, failures, retryMs };
  const reason = `${MAX_ATTEMPTS} attempts in three days have failed. ${error} Mend it, then POST /webhooks/{id}/resume.`;
  return { state: 'paused', reason, failures, retryMs: null };
}
