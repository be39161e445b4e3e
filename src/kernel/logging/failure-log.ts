import type { Log } from './log.js';

const REPEAT_AFTER_MS = 60_000;
/** A failure that begins this soon after the previous one was logged is part of it. */
const SAME_WITHIN_MS = 10_000;

/**
 * Logs a failure that lasts: when it begins, once a minute, and when it ends. A line per attempt would hide the rest of
 * the log. Work that alternates between failure and success is logged every 10 s.
 */
export class FailureLog {
  private sinceMs: number | null = null;
  private loggedMs = -Infinity;
  /** Whether the present failure was logged. */
  private isLogged = false;

  /** @param work in the form "Polling for commands" */
  constructor(
    private readonly log: Log,
    private readonly work: string,
  ) {}

  failed(err: unknown): void {
    const nowMs = performance.now();
    const isNew = this.sinceMs === null;
    this.sinceMs ??= nowMs;
    const isRepeated = nowMs - this.loggedMs < (isNew || !this.isLogged ? SAME_WITHIN_MS : REPEAT_AFTER_MS);
    if (!isRepeated) this.loggedMs = nowMs;
    this.isLogged ||= !isRepeated;
    this.log[isRepeated ? 'debug' : 'warn']({ err }, `${this.work} failed`);
  }

  recovered(): void {
    if (this.sinceMs === null) return;
    const durationMs = Math.round(performance.now() - this.sinceMs);
    this.log[this.isLogged ? 'info' : 'debug']({ durationMs }, `${this.work} recovered`);
    this.sinceMs = null;
    this.isLogged = false;
  }

  /** How long the work has been failing, in milliseconds; 0 if it is not. */
  get durationMs(): number {
    return this.sinceMs === null ? 0 : performance.now() - this.sinceMs;
  }
}
