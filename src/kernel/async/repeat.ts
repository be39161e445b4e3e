import type { FailureLog } from '../logging/failure-log.js';
import { pause } from './pause.js';

export interface RepeatOptions {
  /** From the end of one run to the start of the next. */
  everyMs: number;
  signal: AbortSignal;
  failure: FailureLog;
}

/** Returned by work that had nothing to do. It does not count as recovery from a failure. */
export const SKIPPED = Symbol('skipped');

/** Runs `work` until `signal` is aborted, and pauses after each run. Logs failures and continues. Never rejects. */
export async function repeat(
  { everyMs, signal, failure }: RepeatOptions,
  work: () => Promise<unknown>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      if ((await work()) !== SKIPPED) failure.recovered();
    } catch (error) {
      if (!signal.aborted) failure.failed(error);
    }
    await pause(everyMs, signal);
  }
}
