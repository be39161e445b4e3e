import type { Transaction } from '../../database/transaction.js';
import type { Config } from '../../kernel/config/config.js';
import { Log } from '../../kernel/logging/log.js';
import type { ProfilesPause, SessionStateRepository } from '../../sessions/session-state.repository.js';
import type { Lease } from '../lease/lease.js';

/** Contacts that may be fetched now. `batch`: all of them, because a batch is due. */
export type Allowed = 'batch' | 'requested' | 'none';

/** Reasons for a pause that WhatsApp caused. */
export interface PauseReason {
  code: 'rate_limited' | 'refused' | 'unanswered' | 'reach_out_lock';
  /** One sentence for users. */
  message: string;
}

type PauseConfig = Pick<
  Config,
  'DOWNLOADS_PER_MINUTE' | 'DOWNLOADS_START_AFTER_MINUTES' | 'DOWNLOADS_BATCH_EVERY_MINUTES'
>;

/** Batches start up to this share of the interval early, so that those of many sessions are spread. */
const JITTER = 0.25;

/**
 * Decides whether a session may fetch profiles, and reports the reason to the API if not. Pauses that WhatsApp caused
 * and the time of the next batch are stored in the database, so that they survive a restart.
 */
export class FetchPause {
  private readonly log = new Log(FetchPause.name);
  /** Message that the database contains; undefined before load(). */
  private reported: string | null | undefined;
  /** Code of the pause until `resumeAt`; null if there is no pause, or if a previous process has stored it. */
  private code: PauseReason['code'] | null = null;
  private resumeAt: Date | null = null;
  private nextBatchAt: Date | null = null;
  /** Null during the first sync. */
  private startAt: Date | null = null;

  constructor(
    private readonly config: PauseConfig,
    private readonly state: SessionStateRepository,
    private readonly lease: Lease,
  ) {}

  /**
   * Loads the pause that an earlier connection, or another process, has stored. Call it for each connection.
   *
   * @param lockedUntil end of the reported reach-out lock. The pause that ends at this time is that of the lock.
   */
  async load(lockedUntil: Date | null): Promise<void> {
    const { profilesPause } = await this.lease.read(() => this.state.get(this.lease.session));
    this.reported = profilesPause.reason;
    this.resumeAt = profilesPause.resumeAt;
    this.nextBatchAt = profilesPause.nextBatchAt;
    const isLock = lockedUntil !== null && lockedUntil.getTime() === this.resumeAt?.getTime();
    this.code = isLock ? 'reach_out_lock' : null;
  }

  /**
   * Returns the end of a pause because WhatsApp requires fewer requests, or has refused some; null if there is none.
   * The reason of a pause that a previous process has stored is unknown, so it counts.
   */
  get limitedUntil(): Date | null {
    const isOver = !this.resumeAt || this.resumeAt <= new Date();
    return isOver || this.code === 'unanswered' ? null : this.resumeAt;
  }

  /** @param syncedAt end of the first sync; null during it */
  firstSync({ linkedAt, syncedAt }: { linkedAt: Date; syncedAt: Date | null }): void {
    const afterMs = this.config.DOWNLOADS_START_AFTER_MINUTES * 60_000;
    this.startAt = syncedAt && new Date(linkedAt.getTime() + afterMs);
  }

  /** Returns which contacts may be fetched now. Reports the reason in the background if it has changed. */
  check(): Allowed {
    const now = new Date();
    if (this.isOff) return this.allow('none', 'DOWNLOADS_PER_MINUTE is 0.');
    if (this.resumeAt && this.resumeAt > now) return 'none';
    this.resumeAt = null;
    this.code = null;
    if (!this.startAt) return this.allow('none', 'The first sync is not complete.');
    if (this.startAt > now) {
      const from = this.startAt.toISOString();
      return this.allow('requested', `The account was linked recently. Profile fetches start at ${from}.`);
    }
    const isBatchDue = !this.nextBatchAt || this.nextBatchAt <= now;
    return this.allow(isBatchDue ? 'batch' : 'requested', null);
  }

  /**
   * Starts the pause until the next batch, as soon as it is committed.
   *
   * @param commit commits the write together with the results of the last batch
   */
  async endBatch(commit: (write: (tx: Transaction) => Promise<void>) => Promise<void>): Promise<void> {
    const everyMs = this.config.DOWNLOADS_BATCH_EVERY_MINUTES * 60_000;
    const nextAt = new Date(Date.now() + everyMs * (1 - Math.random() * JITTER));
    await commit((tx) => this.state.reportProfilesBatch(tx, this.lease.session, nextAt));
    this.nextBatchAt = nextAt;
  }

  /**
   * Stops all fetches until a time. A pause that ends later stays, except for an earlier report of the same lock, whose
   * end may have moved.
   */
  async pauseUntil(resumeAt: Date, { code, message }: PauseReason): Promise<void> {
    const isSameLock = code === 'reach_out_lock' && this.code === code;
    if (this.resumeAt && this.resumeAt > resumeAt && !isSameLock) return;
    this.resumeAt = resumeAt;
    this.code = code;
    this.reported = `${message} Profile fetches resume at ${resumeAt.toISOString()}.`;
    await this.write({ reason: this.reported, resumeAt });
  }

  /** Ends the pause with this code. A pause for another reason stays. */
  async resume(code: PauseReason['code']): Promise<void> {
    // Before load(), the reason of a stored pause is unknown. It is cleared in any case.
    if (this.reported !== undefined && this.code !== code) return;
    this.resumeAt = null;
    this.code = null;
    this.reported = null;
    await this.write({ reason: null, resumeAt: null });
  }

  private allow(allowed: Allowed, reason: string | null): Allowed {
    if (reason !== this.reported) {
      const before = this.reported;
      this.reported = reason;
      this.write({ reason, resumeAt: null }).catch((err: unknown) => {
        this.reported = before;
        this.log.warn({ err }, 'Reporting fetch pause failed');
      });
    }
    return allowed;
  }

  private get isOff(): boolean {
    return this.config.DOWNLOADS_PER_MINUTE === 0;
  }

  private async write(pause: Pick<ProfilesPause, 'reason' | 'resumeAt'>): Promise<void> {
    const { lease, isOff } = this;
    await lease.transaction((tx) => this.state.reportProfilesPause(tx, lease.session, { ...pause, isOff }));
  }
}
