import { Logger } from '@nestjs/common';

/** How often it is asked whether a reconciliation is due; they are a day apart (AccountsRepository). */
const ASK_EVERY_MS = 10 * 60_000;

/** Runs work of all sessions of a thread in turn; see LoginGate. */
export interface QuietTime {
  whenQuiet(work: () => Promise<void>): Promise<void>;
}

/**
 * Reconciles the address book with a fresh snapshot of the server's once a day, and after a stop that was not clean,
 * while a connection is open. It costs one request and one download, so that the sessions of a process that took over
 * those of a killed one take turns.
 */
export class Reconciliation {
  private readonly logger = new Logger(Reconciliation.name);
  private timer: NodeJS.Timeout | undefined;
  private isOpen = false;
  /** For its turn. */
  private isWaiting = false;

  /**
   * @param isDue whether the last one is too long ago, or the address book in doubt
   * @param reconcile reads the address book anew; what it finds it records itself
   */
  constructor(
    private readonly isDue: () => Promise<boolean>,
    private readonly reconcile: () => Promise<unknown>,
    private readonly quietTime: QuietTime,
  ) {}

  /** The connection is open. */
  start(): void {
    this.isOpen = true;
    clearInterval(this.timer);
    this.timer = setInterval(() => this.check(), ASK_EVERY_MS).unref();
    this.check();
  }

  /** Reconciles now, if it is due, rather than at the next regular check. */
  check(): void {
    if (this.isOpen) void this.ask();
  }

  stop(): void {
    this.isOpen = false;
    clearInterval(this.timer);
  }

  private async ask(): Promise<void> {
    if (this.isWaiting) return;
    this.isWaiting = true;
    try {
      if (!(await this.isDue())) return;
      await this.quietTime.whenQuiet(async () => {
        if (this.isOpen && (await this.isDue())) await this.reconcile();
      });
    } catch (error) {
      this.logger.warn(`Reconciling the address book later: ${(error as Error).message}`);
    } finally {
      this.isWaiting = false;
    }
  }
}
