import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { elapsedMs, type Moment, now } from '../../kernel/async/clocks.js';
import { repeat, SKIPPED } from '../../kernel/async/repeat.js';
import { Config } from '../../kernel/config/config.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { FailureLog } from '../../kernel/logging/failure-log.js';
import { Log } from '../../kernel/logging/log.js';
import { Lease } from './lease.js';
import { leases } from './lease.metrics.js';
import { type HeldLeases, LeaseRepository } from './lease.repository.js';

/**
 * How long a process that does not renew counts as alive. A hung session thread is terminated earlier, which closes its
 * connections (HANGS_AFTER_BEATS in session-thread.ts).
 */
const LEASE_MS = 14_000;
/** A process that cannot renew closes its connections this much earlier, before other processes open theirs. */
const STEPS_DOWN_EARLY_MS = 2_000;
const HELD_MS = LEASE_MS - STEPS_DOWN_EARLY_MS;
const RENEW_EVERY_MS = 2_000;
const CLAIM_EVERY_MS = 500;

export interface LeaseEvents {
  /** This process now holds the lease of a session. */
  claimed(lease: Lease): void;
  /** This process has `count` leases more than its share; other processes wait for them. */
  surplus(count: number): void;
}

/**
 * Ensures that exactly one of any number of processes is connected to WhatsApp for each session, and that all of them
 * have an even share of the sessions.
 *
 * Each process renews one row, regardless of the number of its sessions. A session references its process, and has its
 * own fencing token. Any process deletes the rows of others that have expired, which frees their sessions. None of this
 * depends on a database session, so it works through connection poolers.
 */
@Injectable()
export class LeaseHolder {
  private readonly log = new Log(LeaseHolder.name);
  private readonly leases = new Map<SessionName, Lease>();
  private readonly maxSessions: number;
  private readonly encrypts: boolean;
  private id = randomUUID();
  /** When the last successful renewal was requested. In the database, the lease ends slightly later. */
  private renewedAt: Moment | null = null;
  private expiry: NodeJS.Timeout | undefined;
  private isStandingBy = false;
  /** When the last claim ended, successfully or not; infinite while one runs. */
  private lastClaimMs = 0;

  constructor(
    private readonly repository: LeaseRepository,
    config: Config,
  ) {
    this.maxSessions = config.SESSIONS_PER_PROCESS;
    this.encrypts = config.ENCRYPTION_KEY.length > 0;
  }

  /** Identifies the sessions of this process in the database. */
  get processId(): string {
    return this.id;
  }

  /** Registers the process, renews, and claims, until stopped. It keeps its leases until releaseAll(). */
  async hold(stop: AbortSignal, events: LeaseEvents): Promise<void> {
    const options = (everyMs: number, work: string) => {
      return { everyMs, signal: stop, failure: new FailureLog(this.log, work) };
    };
    await Promise.all([
      repeat(options(RENEW_EVERY_MS, 'Renewing session leases'), () => this.renew(events)),
      repeat(options(CLAIM_EVERY_MS, 'Claiming session leases'), () => this.claim(events)),
    ]);
  }

  /** Releases one session to other processes. */
  async release(lease: Lease): Promise<void> {
    if (this.leases.get(lease.session) === lease) this.leases.delete(lease.session);
    const wasHeld = lease.isHeld;
    lease.end();
    if (!wasHeld) return;
    await this.repository.release(lease.claimed);
    leases.inc({ event: 'released' });
  }

  /** Releases all sessions to other processes. */
  async releaseAll(): Promise<void> {
    const wasRegistered = this.renewedAt !== null;
    leases.inc({ event: 'released' }, this.leases.size);
    this.endAll();
    if (wasRegistered) await this.repository.unregister(this.id);
  }

  private get isAlive(): boolean {
    return this.renewedAt !== null && elapsedMs(this.renewedAt) < HELD_MS;
  }

  private async renew(events: LeaseEvents): Promise<void> {
    if (this.renewedAt === null) return this.register();
    if (!this.isAlive) return this.stepDown('expired');
    const { id } = this;
    const requestedAt = now();
    const state = await this.repository.renew(id, LEASE_MS);
    if (id !== this.id) return;
    if (!state) return this.stepDown('removed by another process');
    this.extend(requestedAt);
    this.endLost(state, requestedAt);
    await this.releaseUnknown(state, requestedAt);
    await this.repository.removeDead();
    const share = Math.min(this.maxSessions, Math.ceil(state.sessions / Math.max(1, state.processes)));
    if (this.leases.size > share) events.surplus(this.leases.size - share);
  }

  private async register(): Promise<void> {
    const requestedAt = now();
    await this.repository.register(this.id, LEASE_MS, this.encrypts);
    this.extend(requestedAt);
    await this.repository.removeDead();
  }

  private async claim(events: LeaseEvents): Promise<typeof SKIPPED | void> {
    if (!this.isAlive) return SKIPPED;
    const { id } = this;
    const counts = { held: this.leases.size, max: this.maxSessions };
    this.lastClaimMs = Number.POSITIVE_INFINITY;
    const sessions = await this.repository.claim(id, counts).finally(() => {
      this.lastClaimMs = performance.now();
    });
    if (sessions.length === 0 && this.leases.size === 0) this.standBy();
    for (const claimed of sessions) {
      // If this process has stepped down in the meantime, removing its row has freed these sessions.
      if (id !== this.id) return;
      const { session, token } = claimed;
      const lease = new Lease(claimed, this.repository, () => id === this.id && this.isAlive);
      this.isStandingBy = false;
      this.leases.get(session)?.end();
      this.leases.set(session, lease);
      leases.inc({ event: 'claimed' });
      this.log.info({ session, fencingToken: token }, 'Session lease claimed');
      events.claimed(lease);
    }
  }

  private standBy(): void {
    if (!this.isStandingBy) this.log.info({}, 'Standing by for session leases');
    this.isStandingBy = true;
  }

  /**
   * Ends the leases of sessions that were deleted or belong to another process. Skips leases claimed since the request.
   */
  private endLost({ held }: HeldLeases, requestedAt: Moment): void {
    const tokens = new Map(held.map(({ session, token }) => [session, token]));
    for (const [session, lease] of this.leases) {
      const isOlder = lease.claimedAtMs < requestedAt.monotonicMs;
      if (!isOlder || tokens.get(session) === lease.claimed.token) continue;
      this.log.warn({ session }, 'Session lease lost; closing its connection');
      this.leases.delete(session);
      lease.end();
      leases.inc({ event: 'lost' });
    }
  }

  /** Releases sessions of a claim that the database has committed, although its response did not arrive. */
  private async releaseUnknown({ held }: HeldLeases, requestedAt: Moment): Promise<void> {
    if (this.lastClaimMs > requestedAt.monotonicMs) return;
    for (const claimed of held) {
      if (!this.leases.has(claimed.session)) await this.repository.release(claimed);
    }
  }

  /** Extends the leases. Responses can arrive out of order, so an earlier request never replaces a later one. */
  private extend(requestedAt: Moment): void {
    if (!this.renewedAt || requestedAt.monotonicMs > this.renewedAt.monotonicMs) this.renewedAt = requestedAt;
    clearTimeout(this.expiry);
    const remainingMs = Math.max(0, HELD_MS - elapsedMs(this.renewedAt));
    this.expiry = setTimeout(() => this.stepDown('expired'), remainingMs);
  }

  private stepDown(reason: 'expired' | 'removed by another process'): void {
    this.log.warn({ reason, sessions: this.leases.size }, 'Session leases lost; closing all connections');
    leases.inc({ event: 'lost' }, this.leases.size);
    this.endAll();
    this.id = randomUUID();
  }

  private endAll(): void {
    clearTimeout(this.expiry);
    this.renewedAt = null;
    for (const lease of this.leases.values()) lease.end();
    this.leases.clear();
  }
}
