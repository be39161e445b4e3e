import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { isWorthRepeating } from '../../database/database-errors.js';
import type { Transaction } from '../../database/transaction.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import type { FencedSession, LeaseRepository, TransactionOptions } from './lease.repository.js';
import { LeaseLost } from './lease-lost.js';

const TRY_AGAIN_MS = 500;

/**
 * The right to be connected to WhatsApp as one session, and to write what it says. The fencing token is checked inside
 * each write, so that a holder that was asleep while another took over can harm nothing.
 */
export class Lease {
  private readonly logger = new Logger(Lease.name);
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

  /** Aborted when the session is no longer ours. */
  get lost(): AbortSignal {
    return this.ended.signal;
  }

  /** Whether this process may speak to WhatsApp as this session at this very moment. */
  get isHeld(): boolean {
    return !this.ended.signal.aborted && this.isProcessAlive();
  }

  end(): void {
    this.ended.abort(new LeaseLost());
  }

  /**
   * Runs work in a transaction that commits only while the session is ours. While the database is away it waits
   * and tries again for as long as the lease lasts, so work must be repeatable and touch nothing but the database.
   * @throws LeaseLost when the session is not ours
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.whileHeld(() => this.repository.transaction(this.claimed, work, options));
  }

  /**
   * Reads, outside of a transaction, with the same patience.
   * @throws LeaseLost when the session is not ours
   */
  async read<T>(work: () => Promise<T>): Promise<T> {
    return this.whileHeld(work);
  }

  private async whileHeld<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      if (!this.isHeld) throw new LeaseLost();
      try {
        return await work();
      } catch (error) {
        if (!isWorthRepeating(error)) throw error;
        this.logger.warn(`Retrying database operation: ${(error as Error).message}`);
        await sleep(TRY_AGAIN_MS);
      }
    }
  }
}
