import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Listener } from '../database/listener.js';
import { FailureLog } from '../kernel/logging/failure-log.js';
import { Log } from '../kernel/logging/log.js';
import { FEED_CHANNEL } from './feed-channel.js';
import { type FeedPage, FeedReadsRepository } from './feed-reads.repository.js';

/** While notifications arrive, polling only replaces lost ones. */
const POLL_WHEN_NOTIFIED_MS = 2_000;
const POLL_MS = 100;
/** Notifications count as interrupted if the process has not received its own for this long. */
const PING_TIMEOUT_MS = 3 * POLL_WHEN_NOTIFIED_MS;

interface Waiter {
  after: number;
  wake: () => void;
}

/** Wakes readers when the feed of an account grows. All readers share one listener and one polling query. */
@Injectable()
export class FeedMonitor {
  private readonly failure = new FailureLog(new Log(FeedMonitor.name), 'Polling for changes');
  private readonly waiters = new Map<number, Set<Waiter>>();
  /** Time of the last notification for each account. */
  private readonly notifiedAtMs = new Map<number, number>();
  /** Payload of the notification that the process sends to itself, to verify that notifications arrive. */
  private readonly ping = randomUUID();
  private pingedAtMs = -Infinity;
  private polling: Promise<void> | null = null;
  private readonly listeners = new Set<(accountId: number) => void>();

  constructor(
    private readonly reads: FeedReadsRepository,
    private readonly notifications: Listener,
  ) {}

  /**
   * Resolves when the account may have changes after a page, or when the signal is aborted. Resolves at once if a
   * notification arrived while the page was read, because the page may not contain that change.
   */
  async grown(
    accountId: number,
    { next: after, readAtMs }: Pick<FeedPage, 'next' | 'readAtMs'>,
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted || (this.notifiedAtMs.get(accountId) ?? -Infinity) >= readAtMs) return;
    const ofAccount = this.waiters.get(accountId) ?? new Set();
    this.waiters.set(accountId, ofAccount);
    await new Promise<void>((resolve) => {
      const waiter = { after, wake: () => finish() };
      const finish = () => {
        signal.removeEventListener('abort', finish);
        ofAccount.delete(waiter);
        if (ofAccount.size === 0 && this.waiters.get(accountId) === ofAccount) this.waiters.delete(accountId);
        resolve();
      };
      signal.addEventListener('abort', finish);
      ofAccount.add(waiter);
      this.listen();
      this.polling ??= this.poll().finally(() => (this.polling = null));
    });
  }

  /** Calls `listener` after each notification. Returns a function that removes it. */
  onGrown(listener: (accountId: number) => void): () => void {
    this.listeners.add(listener);
    this.listen();
    return () => this.listeners.delete(listener);
  }

  private listen(): void {
    this.notifications.listen(FEED_CHANNEL, (payload) => this.notified(payload));
  }

  private notified(payload: string): void {
    if (payload === this.ping) {
      this.pingedAtMs = performance.now();
      return;
    }
    const accountId = Number(payload);
    this.notifiedAtMs.set(accountId, performance.now());
    for (const { wake } of [...(this.waiters.get(accountId) ?? [])]) wake();
    for (const listener of this.listeners) listener(accountId);
  }

  /** Runs while readers wait. */
  private async poll(): Promise<void> {
    let sentAtMs = -Infinity;
    while (this.waiters.size > 0) {
      const nowMs = performance.now();
      try {
        if (nowMs - sentAtMs >= POLL_WHEN_NOTIFIED_MS) {
          sentAtMs = nowMs;
          // Fails on a standby.
          await this.reads.notify(this.ping).catch(() => {});
        }
        await this.wakeGrown();
        this.failure.recovered();
      } catch (error) {
        this.failure.failed(error);
      }
      const areNotified = performance.now() - this.pingedAtMs < PING_TIMEOUT_MS;
      await sleep(areNotified ? POLL_WHEN_NOTIFIED_MS : POLL_MS, undefined, { ref: false });
    }
  }

  private async wakeGrown(): Promise<void> {
    const known = new Map(
      [...this.waiters].map(([id, waiters]) => [id, Math.min(...[...waiters].map(({ after }) => after))]),
    );
    for (const [accountId, latest] of await this.reads.findGrown(known)) {
      for (const waiter of [...(this.waiters.get(accountId) ?? [])]) {
        if (waiter.after < latest) waiter.wake();
      }
    }
  }
}
