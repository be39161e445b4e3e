/** Without history for this long after the address book was read, none is expected any more; as in WhatsApp Web. */
const QUIET_MS = 120_000;
/** After the database could not be asked. */
const CHECK_AGAIN_MS = 2_000;

/**
 * Decides when the first sync after linking is complete: the address book has been read, and the push names of the
 * phone's history, which the phone sends when it sees fit, or no history has come for a while.
 */
export class FirstSync {
  private addressBookRead = false;
  private quiet = false;
  private timer: NodeJS.Timeout | undefined;
  private again: NodeJS.Timeout | undefined;
  private done = false;

  /**
   * @param pushNamesRead by a connection before
   * @param countPending history syncs announced and not yet read
   * @param complete is called until it succeeds once
   */
  constructor(
    private pushNamesRead: boolean,
    private readonly countPending: () => Promise<number>,
    private readonly complete: () => Promise<void>,
  ) {}

  get isDone(): boolean {
    return this.done;
  }

  /** @returns whether it was not read before */
  addressBookWasRead(): boolean {
    if (this.addressBookRead) return false;
    this.addressBookRead = true;
    this.waitForQuiet();
    return true;
  }

  historyWasRead({ heldPushNames }: { heldPushNames: boolean }): void {
    this.pushNamesRead ||= heldPushNames;
    this.waitForQuiet();
  }

  close(): void {
    this.done = true;
    clearTimeout(this.timer);
    clearTimeout(this.again);
  }

  private waitForQuiet(): void {
    clearTimeout(this.timer);
    if (this.done) return;
    this.timer = setTimeout(() => {
      this.quiet = true;
      this.check();
    }, QUIET_MS).unref();
    this.check();
  }

  private check(): void {
    this.completeIfRead().catch(() => {
      this.again = setTimeout(() => this.check(), CHECK_AGAIN_MS).unref();
      if (this.done) clearTimeout(this.again);
    });
  }

  private async completeIfRead(): Promise<void> {
    if (this.done || !this.addressBookRead || !(this.pushNamesRead || this.quiet)) return;
    if ((await this.countPending()) > 0 || this.done) return;
    await this.complete();
    this.close();
  }
}
