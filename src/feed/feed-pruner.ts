import { Injectable } from '@nestjs/common';
import { pause } from '../kernel/async/pause.js';
import { repeat } from '../kernel/async/repeat.js';
import { Config } from '../kernel/config/config.js';
import { FailureLog } from '../kernel/logging/failure-log.js';
import { Log } from '../kernel/logging/log.js';
import { FeedPrunesRepository } from './feed-prunes.repository.js';

const INTERVAL_MS = 10 * 60_000;
/** Between batches, to limit the load on the database. */
const BATCH_PAUSE_MS = 100;

/** Deletes changes that are older than CHANGES_KEEP_DAYS, in small batches. Several processes may do so at once. */
@Injectable()
export class FeedPruner {
  private readonly failure = new FailureLog(new Log(FeedPruner.name), 'Deleting old changes');

  constructor(
    private readonly prunes: FeedPrunesRepository,
    private readonly config: Config,
  ) {}

  /** Runs until it is stopped. */
  async run(stop: AbortSignal): Promise<void> {
    await repeat({ everyMs: INTERVAL_MS, signal: stop, failure: this.failure }, () => this.pruneAll(stop));
  }

  private async pruneAll(stop: AbortSignal): Promise<void> {
    const { CHANGES_KEEP_DAYS } = this.config;
    for (const accountId of await this.prunes.findDue(CHANGES_KEEP_DAYS)) {
      while (!stop.aborted && (await this.prunes.prune(accountId, CHANGES_KEEP_DAYS)))
        await pause(BATCH_PAUSE_MS, stop);
    }
  }
}
