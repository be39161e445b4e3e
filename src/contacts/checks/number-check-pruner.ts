import { Injectable } from '@nestjs/common';
import { repeat } from '../../kernel/async/repeat.js';
import { FailureLog } from '../../kernel/logging/failure-log.js';
import { Log } from '../../kernel/logging/log.js';
import { NumberChecksRepository } from './number-checks.repository.js';

const INTERVAL_MS = 60 * 60_000;

/** Deletes answers about numbers after 30 days. Several processes may do so at once. */
@Injectable()
export class NumberCheckPruner {
  private readonly failure = new FailureLog(new Log(NumberCheckPruner.name), 'Deleting old number checks');

  constructor(private readonly checks: NumberChecksRepository) {}

  /** Runs until it is stopped. */
  async run(stop: AbortSignal): Promise<void> {
    const options = { everyMs: INTERVAL_MS, signal: stop, failure: this.failure };
    await repeat(options, () => this.checks.deleteExpired());
  }
}
