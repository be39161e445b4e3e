import type { Log } from './log.js';

const REPEAT_AFTER_MS = 60_000;

/**
 * Logs a failure that lasts: when it begins, once a minute, and when it ends. A line per attempt would hide the rest of
 * the log.
 */
export class FailureLog {
  private sinceMs: number | null = null;
  private loggedMs = -Infinity;

  /** @param work in the form "Polling for commands" */
  constructor(
    private readonly log: Log,
    private readonly work: string,
  ) {}

  failed(err: unknown): void {
    const nowMs = performance.now();
    this.sinceMs ??= nowMs;
    const isRepeated = nowMs - this.loggedMs < REPEAT_AFTER_MS;
    if (!isRepeated) this.loggedMs = nowMs;
    this.log[isRepeated ? 'debug' : 'warn']({ err }, `${this.work} failed`);
  }

  recovered(): void {
    if (this.sinceMs === null) return;
    const durationMs = Math.round(performance.now() - this.sinceMs);
    this.log.info({ durationMs }, `${this.work} recovered`);
    this.sinceMs = null;
    this.loggedMs = -Infinity;
  }
}
