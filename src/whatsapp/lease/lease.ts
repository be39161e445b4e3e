import { Injectable, Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isWorthRepeating } from '../../database/database-errors.js';
import type { Transaction } from '../../database/transaction.js';
import { elapsedMs, type Moment, now } from './clocks.js';
import { LeaseRepository } from './lease.repository.js';
import { LeaseLost } from './lease-lost.js';

/**
 * How long an owner that does not renew is still believed to be alive. Longer than a stall of the session's thread
 * lasts that is not taken for a hang (HANGS_AFTER_BEATS in session-supervisor.ts), since the line must be closed first.
 */
const LEASE_MS = 14_000;
/** An owner that cannot renew leaves this much earlier, so that its line is closed when the next one opens its own. */
const LEAVES_EARLY_MS = 2_000;
const HELD_MS = LEASE_MS - LEAVES_EARLY_MS;
const RENEW_EVERY_MS = 2_000;
const TRY_AGAIN_MS = 500;
const ANSWER_TIMEOUT_MS = 5_000;

/** A database that has gone without a word must not keep us waiting for longer than the lease lasts. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  const tooLate = new AbortController();
  const timeout = sleep(ANSWER_TIMEOUT_MS, undefined, { signal: tooLate.signal }).then(() => {
    throw new Error(`the database does not answer within ${ANSWER_TIMEOUT_MS} ms`);
  });
  return Promise.race([answer, timeout]).finally(() => tooLate.abort());
}

/**
 * Sees to it that of any number of session roles exactly one is connected to WhatsApp and writes.
 *
 * A lease in Postgres names the owner; its fencing number is checked inside each write, so that an owner that was
 * asleep while another took over can harm nothing. Nothing here depends on a database session, so that connection
 * poolers may stand in between.
 */
@Injectable()
export class Lease {
  private readonly logger = new Logger(Lease.name);
  private readonly owner = randomUUID();
  private fence: string | null = null;
  /** When the renewal was asked for that counts: this process's own opinion, always earlier than the database's. */
  private renewedAt: Moment = now();
  /** Whether the owner before died, or lost the lease, so that its last writes are in doubt. */
  wasAbandoned = false;
  private renewal: NodeJS.Timeout | undefined;
  private expiry: NodeJS.Timeout | undefined;
  private lost = new AbortController();

  constructor(private readonly leases: LeaseRepository) {}

  /** Whether this process may speak to WhatsApp at this very moment. */
  get isHeld(): boolean {
    return this.fence !== null && elapsedMs(this.renewedAt) < HELD_MS;
  }

  /**
   * Waits until the session is ours.
   * @returns a signal that is aborted when it no longer is
   * @throws AbortError when stop is aborted before
   */
  async acquire(stop: AbortSignal): Promise<AbortSignal> {
    for (let attempts = 1; !(await this.take()); attempts += 1) {
      if (attempts === 1) this.logger.log('Standing by for the session lease');
      await sleep(TRY_AGAIN_MS, undefined, { signal: stop });
    }
    this.logger.log(`Holding the session lease (fencing token ${this.fence})`);
    this.lost = new AbortController();
    this.renewal = setInterval(() => void this.renew(), RENEW_EVERY_MS);
    return this.lost.signal;
  }

  /** Gives the session to whoever waits for it. */
  async release(): Promise<void> {
    const { fence } = this;
    this.forget();
    if (fence !== null) await inTime(this.leases.giveUp(fence));
  }

  /**
   * Runs work in a transaction that commits only while the session is ours. While the database is away it waits
   * and tries again for as long as the lease lasts, so work must be repeatable and touch nothing but the database.
   * @throws LeaseLost when the session is not ours
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.whileHeld((fence) => this.leases.transaction(fence, work));
  }

  /**
   * Reads, outside of a transaction, with the same patience.
   * @throws LeaseLost when the session is not ours
   */
  async read<T>(work: () => Promise<T>): Promise<T> {
    return this.whileHeld(work);
  }

  private async whileHeld<T>(work: (fence: string) => Promise<T>): Promise<T> {
    for (;;) {
      const { fence } = this;
      if (fence === null || !this.isHeld) throw new LeaseLost();
      try {
        return await work(fence);
      } catch (error) {
        if (!isWorthRepeating(error)) throw error;
        this.logger.warn(`Retrying database operation: ${(error as Error).message}`);
        await sleep(TRY_AGAIN_MS);
      }
    }
  }

  private async take(): Promise<boolean> {
    const askedAt = now();
    try {
      const taken = await inTime(this.leases.take(this.owner, LEASE_MS));
      this.fence = taken?.fence ?? null;
      this.wasAbandoned ||= taken?.wasAbandoned ?? false;
      if (taken) this.count(askedAt);
    } catch (error) {
      this.logger.warn(`Cannot acquire the session lease: ${(error as Error).message}`);
    }
    return this.fence !== null;
  }

  private async renew(): Promise<void> {
    const { fence } = this;
    if (fence === null) return;
    if (!this.isHeld) return this.stepDown('The lease ran out before it could be renewed');
    const askedAt = now();
    try {
      const renewed = await inTime(this.leases.renew(fence, LEASE_MS));
      if (fence !== this.fence) return;
      if (renewed) this.count(askedAt);
      else this.stepDown('Another process has acquired the session lease');
    } catch (error) {
      this.logger.warn(`Cannot renew the lease: ${(error as Error).message}`);
    }
  }

  /** Answers may come out of order: only a later renewal counts. */
  private count(askedAt: Moment): void {
    if (askedAt.monotonicMs > this.renewedAt.monotonicMs) this.renewedAt = askedAt;
    clearTimeout(this.expiry);
    const leftMs = HELD_MS - elapsedMs(this.renewedAt);
    this.expiry = setTimeout(() => this.stepDown('The lease could not be renewed in time'), leftMs);
  }

  private stepDown(why: string): void {
    if (this.fence === null) return;
    this.forget();
    this.logger.warn(`${why}; stepping down`);
    this.lost.abort(new LeaseLost());
  }

  private forget(): void {
    clearInterval(this.renewal);
    clearTimeout(this.expiry);
    this.fence = null;
  }
}
