import { Logger } from '@nestjs/common';

/** How often it is asked whether a check is due; checks themselves are a day apart (AccountsRepository). */
const ASK_EVERY_MS = 10 * 60_000;

/**
 * Compares the address book with a fresh snapshot of the server's once a day, and after a stop that was not clean,
 * while a connection is open. It costs one request and one download.
 */
export class Reconciliation {
  private readonly logger = new Logger(Reconciliation.name);
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param isDue whether the last check is too long ago, or in doubt
   * @param check reads the address book anew; what it finds it records itself
   */
  constructor(
    private readonly isDue: () => Promise<boolean>,
    private readonly check: () => void,
  ) {}

  /** The connection is open. */
  start(): void {
    clearInterval(this.timer);
    this.timer = setInterval(() => void this.ask(), ASK_EVERY_MS).unref();
    void this.ask();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async ask(): Promise<void> {
    try {
      if (await this.isDue()) this.check();
    } catch (error) {
      this.logger.warn(`The check of the address book is put off: ${(error as Error).message}`);
    }
  }
}
