import { Logger } from '@nestjs/common';
import { LeaseLost } from '../lease/lease-lost.js';
import { pauseAfterMs } from '../../kernel/async/back-off.js';
import { ReadNotEnded } from '../reading/reader-errors.js';
import { InputRefused } from '../wire/input-refused.js';
import {
  CollectionRefused,
  CorruptAppState,
  MissingSyncKey,
  OutdatedRead,
  ReadSuspended,
} from './app-state-errors.js';
import { KEY_PATIENCE_MS } from './key-patience.js';
import type { CollectionSync, ReadCollection } from './collection-sync.js';
import { behind, caughtUp, forget } from './sync.metrics.js';

const RETRY = { firstMs: 2_000, maxMs: 60 * 60_000 };
/**
 * WhatsApp rate-limits clients that request snapshots every few minutes. After this many consecutive failures, the next attempt
 * follows an hour later.
 */
const QUICK_RETRIES = 4;
/** After so many failures in a row a snapshot may heal what patches cannot, for example when a patch's file is gone. */
const FAILURES_BEFORE_SNAPSHOT = 2;
/** And after so many, names that cannot be verified as a whole are better than none. */
const FAILURES_BEFORE_LENIENCY = 2;

/** After one of these errors a snapshot may help. */
const IN_DOUBT = [CorruptAppState, CollectionRefused, InputRefused, ReadNotEnded];

export interface CollectionEvents {
  /** The collection has been read up to the server's version. */
  synced(state: ReadCollection): void;
  /** The phone has not shared this key (base64). */
  missingKey(keyId: string): void;
  /** What is wrong, one sentence for people; null when nothing is any more. */
  problem(problem: string | null): void;
}

/**
 * Keeps one collection up to date while a connection is open: one read at a time, tried again with growing pauses
 * when it fails, with a fresh snapshot when what came was corrupt or refused.
 */
export class CollectionScheduler {
  private readonly logger = new Logger(CollectionScheduler.name);
  private running: Promise<unknown> = Promise.resolve();
  private next: Promise<void> | null = null;
  private retry: NodeJS.Timeout | undefined;
  private failures = 0;
  private readAnew = false;
  private awaitsKey = false;
  private closed = false;

  constructor(
    private readonly collection: string,
    private readonly sync: CollectionSync,
    private readonly events: CollectionEvents,
  ) {}

  /**
   * Reads what is new. Calls that come while a read runs share the one after it.
   * Resolves when a read is done that began after this call.
   * @throws what the read throws; it is tried again in the background all the same
   */
  request(): Promise<void> {
    behind(this);
    this.next ??= this.running.then(() => {
      this.next = null;
      const attempt = this.attempt();
      this.running = attempt.catch(() => {});
      return attempt;
    });
    return this.next;
  }

  /** Like request(), for callers that have nothing to wait for. */
  requestInBackground(): void {
    this.request().catch(() => {
      // attempt() has logged it and planned the next try.
    });
  }

  /** Like request(), but reads everything again from a fresh snapshot. */
  requestAnew(): Promise<void> {
    this.readAnew = true;
    return this.request();
  }

  /** The phone has shared sync keys; a read that lacked one can go on. */
  keysArrived(): void {
    if (this.awaitsKey) this.requestInBackground();
  }

  /** The connection is gone: no more reads. */
  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
    forget(this);
  }

  private async attempt(): Promise<void> {
    clearTimeout(this.retry);
    if (this.closed) throw new Error('The connection is closed');
    const anew = this.readAnew;
    try {
      const state = await this.sync.read({ anew, isLenient: this.failures >= FAILURES_BEFORE_LENIENCY });
      this.failures = 0;
      // A request to read anew that came meanwhile is still to be fulfilled.
      if (anew) this.readAnew = false;
      this.awaitsKey = false;
      if (!this.next) caughtUp(this);
      this.events.problem(null);
      this.events.synced(state);
    } catch (error) {
      this.recover(error);
      throw error;
    }
  }

  private recover(error: unknown): void {
    if (this.closed || error instanceof LeaseLost) return;
    const { message } = error as Error;
    if (error instanceof OutdatedRead) {
      this.retry = setTimeout(() => this.requestInBackground(), 0);
      return;
    }
    this.awaitsKey = error instanceof MissingSyncKey;
    if (this.awaitsKey) {
      this.logger.log(`${message}; ${this.collection} is read when it has`);
      this.events.problem(`${message}; the address book is read when it has.`);
      const { keyId } = error as MissingSyncKey;
      if (keyId !== null) this.events.missingKey(keyId);
      else this.retry = setTimeout(() => this.requestInBackground(), KEY_PATIENCE_MS);
      return;
    }
    this.logger.warn(`Reading ${this.collection} failed: ${message}`);
    this.failures += 1;
    const isInDoubt = IN_DOUBT.some((kind) => error instanceof kind);
    const triesSnapshotFirst = isInDoubt && !this.readAnew;
    this.readAnew ||= isInDoubt || this.failures >= FAILURES_BEFORE_SNAPSHOT;
    if (!triesSnapshotFirst) this.events.problem(`${this.collection} cannot be read: ${message}`);
    const isQuick = this.failures <= QUICK_RETRIES && !(error instanceof ReadSuspended);
    const pauseMs = isQuick ? pauseAfterMs(this.failures, RETRY) : RETRY.maxMs;
    const delayMs = triesSnapshotFirst ? 0 : pauseMs;
    this.retry = setTimeout(() => this.requestInBackground(), delayMs);
  }
}
