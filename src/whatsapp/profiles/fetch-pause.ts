import { Logger } from '@nestjs/common';
import type { Config } from '../../kernel/config/config.js';
import type { ProfilesPause, SessionStateRepository } from '../../sessions/session-state.repository.js';
import type { Transaction } from '../../database/transaction.js';
import type { Lease } from '../lease/lease.js';

/** Who may be asked about now. `batch`: everybody, for a batch is due. */
export type Allowed = 'batch' | 'requested' | 'nobody';

type PauseConfig = Pick<
  Config,
  'DOWNLOADS_PER_MINUTE' | 'DOWNLOADS_START_AFTER_MINUTES' | 'DOWNLOADS_BATCH_EVERY_MINUTES'
>;

/** Batches of many deployments, or sessions, must not fall on the same minute: each is up to this part early. */
const JITTER = 0.25;

/**
 * Whether a session may fetch profiles, and if not, why: told where the API reads it. A pause that WhatsApp has asked for,
 * and the time of the next batch, are kept in the database, so that a restart does not end them.
 */
export class FetchPause {
  private readonly logger = new Logger(FetchPause.name);
  private reported: string | null | undefined;
  private resumeAt: Date | null = null;
  private nextBatchAt: Date | null = null;
  /** Null while the first sync runs. */
  private startAt: Date | null = null;

  constructor(
    private readonly config: PauseConfig,
    private readonly state: SessionStateRepository,
    private readonly lease: Lease,
  ) {}

  /** A connection was opened: reads what another process, or this one before, has left. */
  async load(): Promise<void> {
    const { profilesPause } = await this.lease.read(() => this.state.get(this.lease.session));
    this.reported = profilesPause.reason;
    this.resumeAt = profilesPause.resumeAt;
    this.nextBatchAt = profilesPause.nextBatchAt;
  }

  /** @param syncedAt when the first sync was complete; null: it is not */
  firstSync({ linkedAt, syncedAt }: { linkedAt: Date; syncedAt: Date | null }): void {
    const afterMs = this.config.DOWNLOADS_START_AFTER_MINUTES * 60_000;
    this.startAt = syncedAt && new Date(linkedAt.getTime() + afterMs);
  }

  /** Who may be asked about now; reports the reason in the background when it has changed. */
  look(): Allowed {
    const now = new Date();
    if (this.config.DOWNLOADS_PER_MINUTE === 0) return this.allow('nobody', 'DOWNLOADS_PER_MINUTE is 0.');
    if (this.resumeAt && this.resumeAt > now) return 'nobody';
    this.resumeAt = null;
    if (!this.startAt) return this.allow('nobody', 'The first sync is not complete yet.');
    if (this.startAt > now) {
      const from = this.startAt.toISOString();
      return this.allow('requested', `The account was linked a short while ago; begins at ${from}.`);
    }
    const isBatchDue = !this.nextBatchAt || this.nextBatchAt <= now;
    return this.allow(isBatchDue ? 'batch' : 'requested', null);
  }

  /**
   * A batch was fetched: the pause until the next one begins, once it is committed.
   * @param commit commits the write, with all else that belongs to the batch
   */
  async batchMade(commit: (write: (tx: Transaction) => Promise<void>) => Promise<void>): Promise<void> {
    const everyMs = this.config.DOWNLOADS_BATCH_EVERY_MINUTES * 60_000;
    const nextAt = new Date(Date.now() + everyMs * (1 - Math.random() * JITTER));
    await commit((tx) => this.state.reportProfilesBatch(tx, this.lease.session, nextAt));
    this.nextBatchAt = nextAt;
  }

  /** Nobody is asked about for a while. */
  async pauseFor(ms: number, why: string): Promise<void> {
    await this.pauseUntil(new Date(Date.now() + ms), why);
  }

  /** The same; a pause that ends later stays. */
  async pauseUntil(resumeAt: Date, why: string): Promise<void> {
    if (this.resumeAt && this.resumeAt > resumeAt) return;
    this.resumeAt = resumeAt;
    this.reported = `${why}; goes on at ${resumeAt.toISOString()}.`;
    await this.write({ reason: this.reported, resumeAt });
  }

  /** What the pause was for has ended early; a pause for another reason stays. */
  async resume(why: string): Promise<void> {
    if (this.reported && !this.reported.startsWith(why)) return;
    this.resumeAt = null;
    this.reported = null;
    await this.write({ reason: null, resumeAt: null });
  }

  private allow(allowed: Allowed, reason: string | null): Allowed {
    if (reason !== this.reported) {
      const before = this.reported;
      this.reported = reason;
      this.write({ reason, resumeAt: null }).catch((error: unknown) => {
        this.reported = before;
        this.logger.warn(`Cannot report why profiles are not fetched: ${(error as Error).message}`);
      });
    }
    return allowed;
  }

  private async write(pause: Omit<ProfilesPause, 'nextBatchAt'>): Promise<void> {
    const { lease } = this;
    await lease.transaction((tx) => this.state.reportProfilesPause(tx, lease.session, pause));
  }
}
