import type { Logger } from '@nestjs/common';

const TELL_AGAIN_AFTER_MS = 60_000;

/**
 * A failure that lasts, as while the database is away. Told when it begins, once a minute, and when it ends: a line for each attempt
 * would hide the rest of the log.
 */
export class LastingFailure {
  private sinceMs: number | null = null;
  private toldMs = -Infinity;

  /** @param what fails, as in `Polling for commands` */
  constructor(
    private readonly logger: Logger,
    private readonly what: string,
  ) {}

  failed(error: unknown): void {
    const nowMs = performance.now();
    this.sinceMs ??= nowMs;
    const message = `${this.what} fails: ${(error as Error).message}`;
    if (nowMs - this.toldMs < TELL_AGAIN_AFTER_MS) return this.logger.debug(message);
    this.toldMs = nowMs;
    this.logger.warn(message);
  }

  worked(): void {
    if (this.sinceMs === null) return;
    const seconds = Math.round((performance.now() - this.sinceMs) / 1_000);
    this.logger.log(`${this.what} works again, after ${seconds} s`);
    this.sinceMs = null;
    this.toldMs = -Infinity;
  }
}
