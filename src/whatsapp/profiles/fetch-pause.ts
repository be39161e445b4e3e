import { Injectable } from '@nestjs/common';
import { AccountsRepository } from '../../accounts/accounts.repository.js';
import { type ProfilesPause, SessionStateRepository } from '../../sessions/sessions.repository.js';
import { Config } from '../../config/config.js';
import { Lease } from '../lease/lease.js';

/** Who may be asked about now. */
export type Allowed = 'anybody' | 'requested' | 'nobody';

/**
 * Whether profiles may be fetched, and if not, why: told where the API reads it. A pause that WhatsApp has asked for
 * is kept in the database, so that a restart does not end it.
 */
@Injectable()
export class FetchPause {
  private reported: string | null | undefined;
  private resumeAt: Date | null = null;
  /** Null while the first sync runs. */
  private startAt: Date | null = null;

  constructor(
    private readonly config: Config,
    private readonly accounts: AccountsRepository,
    private readonly state: SessionStateRepository,
    private readonly lease: Lease,
  ) {}

  /** A connection was opened: reads what another process, or this one before, has left. */
  async load(): Promise<void> {
    this.startAt = null;
    const { profilesPause } = await this.state.get();
    this.reported = profilesPause.reason;
    this.resumeAt = profilesPause.resumeAt;
  }

  /** Who may be asked about now; reports the reason when it has changed. */
  async look(): Promise<Allowed> {
    const now = new Date();
    if (this.config.DOWNLOADS_PER_MINUTE === 0) return this.allow('nobody', 'DOWNLOADS_PER_MINUTE is 0.');
    if (this.resumeAt && this.resumeAt > now) return 'nobody';
    this.resumeAt = null;
    this.startAt ??= await this.findStart();
    if (!this.startAt) return this.allow('nobody', 'The first sync is not complete yet.');
    if (this.startAt <= now) return this.allow('anybody', null);
    const from = this.startAt.toISOString();
    return this.allow('requested', `The account was linked a short while ago; begins at ${from}.`);
  }

  /** Nobody is asked about for a while. */
  async pauseFor(ms: number, why: string): Promise<void> {
    this.resumeAt = new Date(Date.now() + ms);
    await this.report({
      reason: `${why}; goes on at ${this.resumeAt.toISOString()}.`,
      resumeAt: this.resumeAt,
    });
  }

  private async findStart(): Promise<Date | null> {
    const account = await this.accounts.findServed();
    if (!account?.syncedAt) return null;
    return new Date(account.linkedAt.getTime() + this.config.DOWNLOADS_START_AFTER_MINUTES * 60_000);
  }

  private async allow(allowed: Allowed, reason: string | null): Promise<Allowed> {
    if (reason !== this.reported) await this.report({ reason, resumeAt: null });
    return allowed;
  }

  private async report(pause: ProfilesPause): Promise<void> {
    await this.lease.transaction((tx) => this.state.reportProfilesPause(tx, pause));
    this.reported = pause.reason;
  }
}
