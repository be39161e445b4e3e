import { Injectable, Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Config } from '../../kernel/config/config.js';
import { LastingFailure } from '../../kernel/errors/lasting-failure.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { elapsedMs, type Moment, now } from '../../kernel/async/clocks.js';
import { Lease } from './lease.js';
import { leases } from './lease.metrics.js';
import { LeaseRepository, type Standing } from './lease.repository.js';

/**
 * How long a process that does not renew is still believed to be alive. Longer than a stall of the session thread lasts
 * that is not taken for a hang (HANGS_AFTER_BEATS in session-supervisor.ts), since its connections must be closed first.
 */
const LEASE_MS = 14_000;
/** A process that cannot renew gives up this much earlier, so that its connections are closed when others open theirs. */
const LEAVES_EARLY_MS = 2_000;
const HELD_MS = LEASE_MS - LEAVES_EARLY_MS;
const RENEW_EVERY_MS = 2_000;
const CLAIM_EVERY_MS = 500;

/** What happens with the leases. */
export interface LeaseEvents {
  /** A session is ours from now on. */
  claimed(lease: Lease): void;
  /** So many sessions more than our share: another process waits for them to be released. */
  surplus(count: number): void;
}

/**
 * Sees to it that of any number of processes exactly one is connected to WhatsApp as a session, and that they share the
 * sessions evenly.
 *
 * A process that is alive renews one row, whatever the number of its sessions; each session names its process and has a
 * fencing token of its own. Who finds the row of another past its time deletes it, which frees the sessions. Nothing here
 * depends on a database session, so that connection poolers may stand in between.
 */
@Injectable()
export class LeaseHolder {
  private readonly logger = new Logger(LeaseHolder.name);
  private readonly keeping = new LastingFailure(this.logger, 'Keeping the session leases');
  private readonly leases = new Map<SessionName, Lease>();
  private readonly maxSessions: number;
  private readonly encrypts: boolean;
  private id = randomUUID();
  /** When the renewal was asked for that counts: this process's own opinion, always earlier than the database's. */
  private renewedAt: Moment | null = null;
  private expiry: NodeJS.Timeout | undefined;
  private isStandingBy = false;
  /** When the last claim was answered, or given up; infinite while one runs. */
  private lastClaimMs = 0;

  constructor(
    private readonly repository: LeaseRepository,
    config: Config,
  ) {
    this.maxSessions = config.SESSIONS_PER_PROCESS;
    this.encrypts = config.ENCRYPTION_KEY.length > 0;
  }

  /** By which the sessions of this process are found in the database. */
  get processId(): string {
    return this.id;
  }

  /** Registers the process, renews, and claims, until stopped. What it holds then, it still holds: see leave(). */
  async hold(stop: AbortSignal, events: LeaseEvents): Promise<void> {
    await Promise.all([
      this.every(RENEW_EVERY_MS, stop, () => this.renew(events)),
      this.every(CLAIM_EVERY_MS, stop, () => this.claim(events)),
    ]);
  }

  /** Gives one session to whoever waits for it. */
  async release(lease: Lease): Promise<void> {
    if (this.leases.get(lease.session) === lease) this.leases.delete(lease.session);
    const wasHeld = lease.isHeld;
    lease.end();
    if (!wasHeld) return;
    await this.repository.release(lease.claimed);
    leases.inc({ event: 'released' });
  }

  /** Gives all sessions to whoever waits for them. */
  async leave(): Promise<void> {
    const wasRegistered = this.renewedAt !== null;
    leases.inc({ event: 'released' }, this.leases.size);
    this.forget();
    if (wasRegistered) await this.repository.leave(this.id);
  }

  private get isAlive(): boolean {
    return this.renewedAt !== null && elapsedMs(this.renewedAt) < HELD_MS;
  }

  private async every(pauseMs: number, stop: AbortSignal, work: () => Promise<void>): Promise<void> {
    while (!stop.aborted) {
      await work().catch((error: unknown) => this.keeping.failed(error));
      await sleep(pauseMs, undefined, { signal: stop }).catch(() => {});
    }
  }

  private async renew(events: LeaseEvents): Promise<void> {
    if (this.renewedAt === null) return this.register();
    if (!this.isAlive) return this.stepDown('The session leases ran out before they could be renewed');
    const { id } = this;
    const askedAt = now();
    const standing = await this.repository.renew(id, LEASE_MS);
    if (id !== this.id) return;
    if (!standing) return this.stepDown('Another process has taken this one for dead');
    this.count(askedAt);
    this.endLost(standing, askedAt);
    await this.releaseUnknown(standing, askedAt);
    await this.repository.removeDead();
    const share = Math.min(this.maxSessions, Math.ceil(standing.sessions / Math.max(1, standing.processes)));
    if (this.leases.size > share) events.surplus(this.leases.size - share);
  }

  private async register(): Promise<void> {
    const askedAt = now();
    await this.repository.register(this.id, LEASE_MS, this.encrypts);
    this.count(askedAt);
    await this.repository.removeDead();
  }

  private async claim(events: LeaseEvents): Promise<void> {
    if (!this.isAlive) return;
    const { id } = this;
    const counts = { held: this.leases.size, max: this.maxSessions };
    this.lastClaimMs = Number.POSITIVE_INFINITY;
    const sessions = await this.repository.claim(id, counts).finally(() => {
      this.lastClaimMs = performance.now();
    });
    if (sessions.length === 0 && this.leases.size === 0) this.standBy();
    for (const session of sessions) {
      // What was claimed for a process that has stepped down meanwhile is freed with it.
      if (id !== this.id) return;
      const lease = new Lease(session, this.repository, () => id === this.id && this.isAlive);
      this.isStandingBy = false;
      this.leases.get(session.session)?.end();
      this.leases.set(session.session, lease);
      leases.inc({ event: 'claimed' });
      this.logger.log(`Holding the lease of session ${session.session} (fencing token ${session.token})`);
      events.claimed(lease);
    }
  }

  private standBy(): void {
    if (!this.isStandingBy) this.logger.log('Standing by for session leases');
    this.isStandingBy = true;
  }

  /** Sessions that were deleted, or are another's. What was claimed after the question was asked is not in the answer. */
  private endLost({ held }: Standing, askedAt: Moment): void {
    const tokens = new Map(held.map(({ session, token }) => [session, token]));
    for (const [session, lease] of this.leases) {
      const isOlder = lease.claimedAtMs < askedAt.monotonicMs;
      if (!isOlder || tokens.get(session) === lease.claimed.token) continue;
      this.logger.warn(`Session ${session} was deleted, or is another process's now; closing it`);
      this.leases.delete(session);
      lease.end();
      leases.inc({ event: 'lost' });
    }
  }

  /** Sessions of a claim whose answer was given up, though the database has carried it out. */
  private async releaseUnknown({ held }: Standing, askedAt: Moment): Promise<void> {
    if (this.lastClaimMs > askedAt.monotonicMs) return;
    for (const session of held) {
      if (!this.leases.has(session.session)) await this.repository.release(session);
    }
  }

  /** Answers may come out of order: only a later renewal counts. */
  private count(askedAt: Moment): void {
    this.keeping.worked();
    if (!this.renewedAt || askedAt.monotonicMs > this.renewedAt.monotonicMs) this.renewedAt = askedAt;
    clearTimeout(this.expiry);
    const leftMs = HELD_MS - elapsedMs(this.renewedAt);
    this.expiry = setTimeout(
      () => this.stepDown('The session leases could not be renewed in time'),
      Math.max(0, leftMs),
    );
  }

  private stepDown(why: string): void {
    this.logger.warn(`${why}; closing ${this.leases.size} sessions`);
    leases.inc({ event: 'lost' }, this.leases.size);
    this.forget();
    this.id = randomUUID();
  }

  private forget(): void {
    clearTimeout(this.expiry);
    this.renewedAt = null;
    for (const lease of this.leases.values()) lease.end();
    this.leases.clear();
  }
}
