import { Injectable, Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isWorthRepeating } from '../../database/database-errors.js';
import type { Transaction } from '../../database/transaction.js';
import { LeaseRepository } from './lease.repository.js';
import { NotOwner } from './not-owner.js';

/** How long an owner that does not renew is still believed to be alive. */
const LEASE_MS = 10_000;
const RENEW_EVERY_MS = 2_000;
const TRY_AGAIN_MS = 500;

/**
 * Sees to it that of any number of session roles exactly one is connected to WhatsApp and writes.
 *
 * A lease in Postgres names the owner; its fencing number is checked inside each write, so that an owner that was
 * asleep while another took over can harm nothing. Nothing here depends on a database session, so that connection
 * poolers may stand in between.
 */
@Injectable()
export class Ownership {
  private readonly logger = new Logger(Ownership.name);
  private readonly owner = randomUUID();
  private fence: string | null = null;
  /** Whether the owner before died, or lost the lease, so that its last writes are in doubt. */
  wasAbandoned = false;
  /** On the monotonic clock: this process's own opinion, always earlier than the database's. */
  private heldUntilMs = 0;
  private renewal: NodeJS.Timeout | undefined;
  private lost = new AbortController();

  constructor(private readonly leases: LeaseRepository) {}

  /** Whether this process may speak to WhatsApp at this very moment. */
  get isHeld(): boolean {
    return this.fence !== null && performance.now() < this.heldUntilMs;
  }

  /**
   * Waits until the session is ours.
   * @returns a signal that is aborted when it no longer is
   */
  async acquire(stop: AbortSignal): Promise<AbortSignal> {
    for (;;) {
      stop.throwIfAborted();
      const askedAtMs = performance.now();
      const taken = await this.leases.take(this.owner, LEASE_MS).catch((error: unknown) => {
        this.logger.warn(`Cannot ask for the session: ${(error as Error).message}`);
        return null;
      });
      if (taken) {
        this.fence = taken.fence;
        this.wasAbandoned ||= taken.wasAbandoned;
        this.heldUntilMs = askedAtMs + LEASE_MS;
        break;
      }
      await sleep(TRY_AGAIN_MS, undefined, { signal: stop });
    }
    this.logger.log(`This process holds the session (fence ${this.fence})`);
    this.lost = new AbortController();
    this.renewal = setInterval(() => void this.renew(), RENEW_EVERY_MS);
    return this.lost.signal;
  }

  /** Gives the session to whoever waits for it. */
  async release(): Promise<void> {
    clearInterval(this.renewal);
    const { fence } = this;
    this.fence = null;
    if (fence !== null) await this.leases.giveUp(fence);
  }

  /**
   * Runs work in a transaction that commits only while the session is ours. While the database is away it waits
   * and tries again for as long as the lease lasts, so work must be repeatable and touch nothing but the database.
   * @throws NotOwner when the session is not ours
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (;;) {
      const { fence } = this;
      if (fence === null || !this.isHeld) throw new NotOwner();
      try {
        return await this.leases.transaction(fence, work);
      } catch (error) {
        if (!isWorthRepeating(error)) throw error;
        this.logger.warn(`A transaction is repeated: ${(error as Error).message}`);
        await sleep(TRY_AGAIN_MS);
      }
    }
  }

  private async renew(): Promise<void> {
    const { fence } = this;
    if (fence === null) return;
    if (!this.isHeld) return this.stepDown('The lease ran out before it could be renewed');
    const askedAtMs = performance.now();
    try {
      const renewed = await this.leases.renew(fence, LEASE_MS);
      if (!renewed) this.stepDown('Another process has taken the session over');
      else this.heldUntilMs = askedAtMs + LEASE_MS;
    } catch (error) {
      this.logger.warn(`Cannot renew the lease: ${(error as Error).message}`);
    }
  }

  private stepDown(why: string): void {
    if (this.fence === null) return;
    clearInterval(this.renewal);
    this.fence = null;
    this.logger.warn(`${why}; this process steps down`);
    this.lost.abort(new NotOwner());
  }
}
