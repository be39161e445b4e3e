import { isWorthRepeating } from '../../database/database-errors.js';
import type { Transaction } from '../../database/transaction.js';
import { pause } from '../../kernel/async/pause.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { FailureLog } from '../../kernel/logging/failure-log.js';
import { Log } from '../../kernel/logging/log.js';
import type { FencedSession, LeaseRepository, TransactionOptions } from './lease.repository.js';
import { LeaseLost } from './lease-lost.js';

const RETRY_AFTER_MS = 500;

/** Shared by all sessions of the thread, because an outage affects all of them. */
const failure = new FailureLog(new Log('Lease'), 'Accessing database');
/** Number of reads and transactions that have failed and are retried. */
let retried = 0;

/** Returns how long reads or writes of sessions have been failing, in milliseconds; 0 if none is retried. */
export function failingMs(): number {
  return retried === 0 ? 0 : failure.durationMs;
}

/**
 * The right to connect to WhatsApp as one session, and to write its data. Every write checks the fencing token, so a
 * process that was suspended while another one took over the session cannot write anything.
 */
export class Lease {
  private readonly ended = new AbortController();
  readonly session: SessionName;
  readonly claimedAtMs = performance.now();

  constructor(
    readonly claimed: FencedSession,
    private readonly repository: LeaseRepository,
    private readonly isProcessAlive: () => boolean,
  ) {
    this.session = claimed.session;
  }

  /** Aborted when this process no longer holds the lease. */
  get lost(): AbortSignal {
    return this.ended.signal;
  }

  /** Whether this process may send to WhatsApp as this session right now. */
  get isHeld(): boolean {
    return !this.ended.signal.aborted && this.isProcessAlive();
  }

  end(): void {
    this.ended.abort(new LeaseLost());
  }

  /**
   * Runs work in a transaction that commits only while this process holds the lease. If the database is unavailable,
   * it retries until the lease is lost, so the work must be repeatable and must not affect anything but the database.
   * @throws LeaseLost
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.whileHeld(() => this.repository.transaction(this.claimed, work, options));
  }

  /**
   * Runs a read outside of a transaction, with the same retries.
   * @throws LeaseLost
   */
  async read<T>(work: () => Promise<T>): Promise<T> {
    return this.whileHeld(work);
  }

  private async whileHeld<T>(work: () => Promise<T>): Promise<T> {
    let isRetried = false;
    try {
      for (;;) {
        if (!this.isHeld) throw new LeaseLost();
        try {
          const result = await work();
          if (retried === Number(isRetried)) failure.recovered();
          return result;
        } catch (error) {
          if (!isWorthRepeating(error)) throw error;
          if (!isRetried) retried += 1;
          isRetried = true;
          failure.failed(error);
          await pause(RETRY_AFTER_MS, this.lost);
        }
      }
    } finally {
      if (isRetried) retried -= 1;
    }
  }
}
