import { Log } from '../../kernel/logging/log.js';

/** How often to check whether a reconciliation is due. They are a day apart (AccountsRepository). */
const CHECK_EVERY_MS = 10 * 60_000;

/** Runs work of all sessions of a thread in turn; see LoginGate. */
export interface QuietTime {
  whenQuiet(work: () => Promise<void>): Promise<void>;
}

/**
 * Reconciles the address book with a new snapshot once a day, and after an unclean shutdown, while a connection is
 * open. This costs one request and one download, so sessions are reconciled in turn after they were claimed from a
 * killed process.
 */
export class Reconciliation {
  private readonly log = new Log(Reconciliation.name);
  private timer: NodeJS.Timeout | undefined;
  private isOpen = false;
  /** Whether a check is running or waits for its turn. */
  private isChecking = false;

  /**
   * @param isDue whether the last reconciliation is too old, or the address book in doubt
   * @param reconcile reads the address book from a new snapshot, and records the result
   */
  constructor(
    private readonly isDue: () => Promise<boolean>,
    private readonly reconcile: () => Promise<void>,
    private readonly quietTime: QuietTime,
  ) {}

  /** Call this when the connection is open. */
  start(): void {
    this.isOpen = true;
    clearInterval(this.timer);
    this.timer = setInterval(() => this.check(), CHECK_EVERY_MS).unref();
    this.check();
  }

  /** Reconciles now if due, instead of at the next regular check. */
  check(): void {
    if (this.isOpen) void this.reconcileIfDue();
  }

  stop(): void {
    this.isOpen = false;
    clearInterval(this.timer);
  }

  private async reconcileIfDue(): Promise<void> {
    if (this.isChecking) return;
    this.isChecking = true;
    try {
      if (!(await this.isDue())) return;
      await this.quietTime.whenQuiet(async () => {
        if (this.isOpen && (await this.isDue())) await this.reconcile();
      });
    } catch (err) {
      this.log.warn({ err }, 'Reconciling address book failed');
    } finally {
      this.isChecking = false;
    }
  }
}
