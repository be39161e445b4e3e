import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { Config } from '../kernel/config/config.js';
import { LastingFailure } from '../kernel/errors/lasting-failure.js';
import { FeedPrunesRepository } from './feed-prunes.repository.js';

const LOOK_EVERY_MS = 10 * 60_000;
/** Between batches, so that they are never more than a part of what the database does. */
const PAUSE_MS = 100;

/** Deletes changes that are older than CHANGES_KEEP_DAYS, in small steps. Several processes may do so at once. */
@Injectable()
export class FeedPruner {
  private readonly failure = new LastingFailure(new Logger(FeedPruner.name), 'Deleting old changes');

  constructor(
    private readonly prunes: FeedPrunesRepository,
    private readonly config: Config,
  ) {}

  /** Runs until stopped. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await this.pruneAll(stop).then(
        () => this.failure.worked(),
        (error: unknown) => stop.aborted || this.failure.failed(error),
      );
      await pause(LOOK_EVERY_MS, stop);
    }
  }

  private async pruneAll(stop: AbortSignal): Promise<void> {
    const { CHANGES_KEEP_DAYS } = this.config;
    for (const accountId of await this.prunes.findDue(CHANGES_KEEP_DAYS)) {
      while (!stop.aborted && (await this.prunes.prune(accountId, CHANGES_KEEP_DAYS)))
        await pause(PAUSE_MS, stop);
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal, ref: false }).catch(() => {});
}
