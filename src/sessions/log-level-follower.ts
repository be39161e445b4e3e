import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { repeat } from '../kernel/async/repeat.js';
import { FailureLog } from '../kernel/logging/failure-log.js';
import { Log } from '../kernel/logging/log.js';
import { logLevels } from '../kernel/logging/log-levels.js';
import { LogLevelsRepository } from './log-levels.repository.js';

/** Maximum time until a changed log level applies in all processes. */
const FOLLOW_EVERY_MS = 5_000;

/** Applies the log levels in the database to this thread. While the database is unavailable, they stay. */
@Injectable()
export class LogLevelFollower implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly failure = new FailureLog(new Log(LogLevelFollower.name), 'Reading log levels');
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly repository: LogLevelsRepository) {}

  onApplicationBootstrap(): void {
    const options = { everyMs: FOLLOW_EVERY_MS, signal: this.stopping.signal, failure: this.failure };
    this.running = repeat(options, async () => logLevels.replace(await this.repository.list()));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }
}
