import { isDatabaseUnavailable } from '../../database/database-errors.js';
import { pauseAfterMs } from '../../kernel/async/back-off.js';
import { Log } from '../../kernel/logging/log.js';
import { LeaseLost } from '../lease/lease-lost.js';
import { ReadNotEnded } from '../reading/reader-errors.js';
import { InputRefused } from '../wire/input-refused.js';
import {
  CollectionRefused,
  CorruptAppState,
  MissingSyncKey,
  OutdatedRead,
  ReadSuspended,
} from './app-state-errors.js';
import type { CollectionSync, ReadCollection } from './collection-sync.js';
import { caughtUp, forget, outdated } from './sync.metrics.js';
import { KEY_SHARE_TIMEOUT_MS } from './sync-keys.js';

const RETRY = { firstMs: 2_000, maxMs: 60 * 60_000 };
/**
 * WhatsApp rate-limits clients that request snapshots every few minutes. After this many consecutive failures, the next
 * attempt follows an hour later.
 */
const QUICK_RETRIES = 4;
/** After this many consecutive failures, a snapshot may help, for example if the file of a patch is gone. */
const FAILURES_BEFORE_SNAPSHOT = 2;
/** After this many consecutive failures, names are accepted that cannot be verified as a whole. */
const FAILURES_BEFORE_LENIENCY = 2;

/**
 * After linking, the phone shares its keys within seconds, which is part of a normal first sync. Later, their absence
 * is a problem.
 */
const FIRST_KEYS_WITHIN_MS = 30_000;

/** After one of these errors a snapshot may help. */
const IN_DOUBT = [CorruptAppState, CollectionRefused, InputRefused, ReadNotEnded];

export interface CollectionEvents {
  /** Whether the first sync after linking is not complete. */
  readonly isFirstSync: boolean;
  /** The collection has been read up to the server's version. */
  synced(state: ReadCollection): void;
  /** The phone has not shared this key (base64). */
  missingKey(keyId: string): void;
  /** A message for operators that describes the problem; null if it no longer exists. */
  problem(problem: string | null): void;
}

/** Observes how long collections stay outdated. */
export interface DelayObserver {
  outdated(collection: string): void;
  /** The collection has been read, or waits for a reason that is reported otherwise. */
  caughtUp(collection: string): void;
}

/**
 * Keeps one collection up to date while a connection is open. Runs one read at a time and retries failed reads with
 * exponential backoff. If the data was corrupt or rejected, the retry requests a new snapshot.
 */
export class CollectionScheduler {
  private readonly log = new Log(CollectionScheduler.name);
  private running: Promise<unknown> = Promise.resolve();
  private next: Promise<void> | null = null;
  private retry: NodeJS.Timeout | undefined;
  private failures = 0;
  private needsResync = false;
  private awaitsKey = false;
  /** Start of the wait for the first keys; null if the last read did not lack one. */
  private awaitsKeySinceMs: number | null = null;
  private closed = false;

  constructor(
    private readonly collection: string,
    private readonly sync: CollectionSync,
    private readonly events: CollectionEvents,
    private readonly delay: DelayObserver,
  ) {}

  /**
   * Reads changes. Calls during a read share the next one. Resolves when a read has ended that began after this call.
   * @throws the error of the read, which is retried in the background nevertheless
   */
  request(): Promise<void> {
    if (this.closed) return Promise.reject(new Error('The connection is closed'));
    outdated(this);
    this.delay.outdated(this.collection);
    this.next ??= this.running.then(() => {
      this.next = null;
      const attempt = this.attempt();
      this.running = attempt.catch(() => {});
      return attempt;
    });
    return this.next;
  }

  /** Like request(), for callers that do not wait. */
  requestInBackground(): void {
    this.request().catch(() => {
      // attempt() has logged the error and scheduled the retry.
    });
  }

  /** Like request(), but reads everything again from a new snapshot. */
  requestResync(): Promise<void> {
    this.needsResync = true;
    return this.request();
  }

  /** The phone has shared sync keys. Repeats a read that lacked one. */
  keysArrived(): void {
    if (!this.awaitsKey) return;
    // A first read can take minutes. Its end would be too late to withdraw the report.
    if (this.events.isFirstSync) this.events.problem(null);
    this.requestInBackground();
  }

  /** The connection has ended. Prevents further reads. */
  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
    forget(this);
  }

  private async attempt(): Promise<void> {
    clearTimeout(this.retry);
    if (this.closed) throw new Error('The connection is closed');
    const isResync = this.needsResync;
    try {
      const state = await this.sync.read({ isResync, isLenient: this.failures >= FAILURES_BEFORE_LENIENCY });
      this.failures = 0;
      // A resync that was requested during this read is still pending.
      if (isResync) this.needsResync = false;
      this.awaitsKey = false;
      this.awaitsKeySinceMs = null;
      if (!this.next) this.caughtUp();
      this.events.problem(null);
      this.events.synced(state);
    } catch (error) {
      this.recover(error);
      throw error;
    }
  }

  private caughtUp(): void {
    caughtUp(this);
    this.delay.caughtUp(this.collection);
  }

  private recover(error: unknown): void {
    if (this.closed || error instanceof LeaseLost) return;
    if (error instanceof OutdatedRead) return this.retryAfter(0);
    this.awaitsKey = error instanceof MissingSyncKey;
    if (error instanceof MissingSyncKey) return this.waitForKey(error);
    this.awaitsKeySinceMs = null;
    this.retryFailed(error as Error);
  }

  private waitForKey({ message, keyId }: MissingSyncKey): void {
    this.log.info({ collection: this.collection, keyId }, 'Waiting for sync key');
    this.delay.caughtUp(this.collection);
    this.awaitsKeySinceMs ??= performance.now();
    const isPatient =
      this.events.isFirstSync && performance.now() - this.awaitsKeySinceMs < FIRST_KEYS_WITHIN_MS;
    if (!isPatient) this.events.problem(`${message}. The address book is read as soon as it does.`);
    if (keyId === null) this.retryAfter(KEY_SHARE_TIMEOUT_MS);
    else this.events.missingKey(keyId);
  }

  private retryFailed(error: Error): void {
    const { collection } = this;
    // Lease logs outages of the database once for all sessions.
    const level = isDatabaseUnavailable(error) ? 'debug' : 'warn';
    this.log[level]({ err: error, collection }, 'Reading app-state collection failed');
    this.failures += 1;
    const isInDoubt = IN_DOUBT.some((kind) => error instanceof kind);
    const isSnapshotNext = isInDoubt && !this.needsResync;
    this.needsResync ||= isInDoubt || this.failures >= FAILURES_BEFORE_SNAPSHOT;
    if (isSnapshotNext) return this.retryAfter(0);
    this.events.problem(`Cannot read the collection ${collection}: ${error.message}`);
    const isQuick = this.failures <= QUICK_RETRIES && !(error instanceof ReadSuspended);
    this.retryAfter(isQuick ? pauseAfterMs(this.failures, RETRY) : RETRY.maxMs);
  }

  private retryAfter(delayMs: number): void {
    this.retry = setTimeout(() => this.requestInBackground(), delayMs);
  }
}
