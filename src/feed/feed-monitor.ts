import { Injectable, Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LastingFailure } from '../kernel/errors/lasting-failure.js';
import { Listener } from '../database/listener.js';
import { FEED_CHANNEL } from './feed-channel.js';
import { type FeedPage, FeedReadsRepository } from './feed-reads.repository.js';

/** While notifications come, polling only makes up for those that are lost; otherwise it is all there is. */
const POLL_WHEN_NOTIFIED_MS = 2_000;
const POLL_MS = 100;
/** Notifications are taken for lost when none of our own has come back for this long. */
const HEARD_WITHIN_MS = 3 * POLL_WHEN_NOTIFIED_MS;

interface Waiter {
  after: number;
  wake: () => void;
}

/** Wakes those who wait for an account's feed to grow: one listener and one polling query for all of them. */
@Injectable()
export class FeedMonitor {
  private readonly failure = new LastingFailure(new Logger(FeedMonitor.name), 'Looking for changes');
  private readonly waiters = new Map<number, Set<Waiter>>();
  /** When each account was last notified of. */
  private readonly notifiedAtMs = new Map<number, number>();
  /** A notification of this process to itself, which shows that notifications come. */
  private readonly ping = randomUUID();
  private heardAtMs = -Infinity;
  private polling: Promise<void> | null = null;
  private readonly listeners = new Set<(accountId: number) => void>();

  constructor(
    private readonly reads: FeedReadsRepository,
    private readonly notifications: Listener,
  ) {}

  /**
   * Resolves when the account may have changes after a page that was read, or when the signal is aborted. What was notified
   * while the page was on its way may not be in it.
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
      this.start();
    });
  }

  /** @returns what stops it */
  onGrown(listener: (accountId: number) => void): () => void {
    this.listeners.add(listener);
    this.notifications.listen(FEED_CHANNEL, (payload) => this.notified(payload));
    return () => this.listeners.delete(listener);
  }

  private start(): void {
    this.notifications.listen(FEED_CHANNEL, (payload) => this.notified(payload));
    this.polling ??= this.poll().finally(() => (this.polling = null));
  }

  private notified(payload: string): void {
    if (payload === this.ping) {
      this.heardAtMs = performance.now();
      return;
    }
    const accountId = Number(payload);
    this.notifiedAtMs.set(accountId, performance.now());
    for (const { wake } of [...(this.waiters.get(accountId) ?? [])]) wake();
    for (const tell of this.listeners) tell(accountId);
  }

  /** For as long as somebody waits. */
  private async poll(): Promise<void> {
    let pingedAtMs = -Infinity;
    while (this.waiters.size > 0) {
      const nowMs = performance.now();
      try {
        if (nowMs - pingedAtMs >= POLL_WHEN_NOTIFIED_MS) {
          pingedAtMs = nowMs;
          // A standby takes none.
          await this.reads.notify(this.ping).catch(() => {});
        }
        await this.look();
        this.failure.worked();
      } catch (error) {
        this.failure.failed(error);
      }
      const areNotified = performance.now() - this.heardAtMs < HEARD_WITHIN_MS;
      await sleep(areNotified ? POLL_WHEN_NOTIFIED_MS : POLL_MS, undefined, { ref: false });
    }
  }

  private async look(): Promise<void> {
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
