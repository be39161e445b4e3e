import { FailureLog } from '../../kernel/logging/failure-log.js';
import { Log } from '../../kernel/logging/log.js';
import type { SessionAccount } from '../../sessions/sessions.repository.js';
import type { SessionContext } from './session-context.js';
import type { Source } from './source.js';

/** If no history arrives for this long after the address book was read, none is expected; as in WhatsApp Web. */
const QUIET_MS = 120_000;
const RETRY_MS = 2_000;

/**
 * Completes the first sync after linking. It is complete when the address book has been read, and either the push names
 * in the phone's history have been read or no history has arrived for a while. The phone decides when it sends history.
 */
export class FirstSync implements Source {
  private readonly log = new Log(FirstSync.name);
  /** Shared by all sessions, because an outage affects all of them. */
  private static readonly failure = new FailureLog(new Log('FirstSync'), 'Completing first sync');
  private isAddressBookRead = false;
  /** Includes previous connections. */
  private arePushNamesRead: boolean;
  private isQuiet = false;
  private isDone: boolean;
  private timer: NodeJS.Timeout | undefined;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly account: SessionAccount,
    private readonly context: SessionContext,
  ) {
    this.arePushNamesRead = account.pushNamesRead;
    this.isDone = account.syncedAt !== null;
    context.pause.firstSync(account);
  }

  /** Whether the first sync after linking is not complete. */
  get isRunning(): boolean {
    return !this.isDone;
  }

  addressBookWasRead(): void {
    if (this.isAddressBookRead) return;
    this.isAddressBookRead = true;
    this.waitForQuiet();
    this.logProgress('Address book read');
  }

  historyWasRead({ heldPushNames }: { heldPushNames: boolean }): void {
    this.arePushNamesRead ||= heldPushNames;
    this.waitForQuiet();
    this.logProgress('Part of history read');
  }

  close(): void {
    this.isDone = true;
    clearTimeout(this.timer);
    clearTimeout(this.retry);
  }

  private waitForQuiet(): void {
    clearTimeout(this.timer);
    if (this.isDone) return;
    this.timer = setTimeout(() => {
      this.isQuiet = true;
      this.check();
    }, QUIET_MS).unref();
    this.check();
  }

  private check(): void {
    this.completeIfRead().then(
      () => FirstSync.failure.recovered(),
      (error: unknown) => {
        if (this.isDone) return;
        FirstSync.failure.failed(error);
        this.retry = setTimeout(() => this.check(), RETRY_MS).unref();
      },
    );
  }

  private async completeIfRead(): Promise<void> {
    if (this.isDone || !this.isAddressBookRead || !(this.arePushNamesRead || this.isQuiet)) return;
    if ((await this.context.stores.history.countPending(this.account.id)) > 0 || this.isDone) return;
    await this.complete();
    this.close();
  }

  private async complete(): Promise<void> {
    const { lease, stores, pause } = this.context;
    await lease.transaction(async (tx) => {
      const isNew = await stores.accounts.markSynced(tx, this.account.id);
      if (isNew) await stores.feed.append(tx, this.account.id, [{ kind: 'sync.completed' }]);
    });
    pause.firstSync({ ...this.account, syncedAt: new Date() });
    this.logCount('First sync complete');
  }

  /** The phone sends the parts seconds or minutes apart. */
  private logProgress(message: string): void {
    if (!this.isDone) this.logCount(message);
  }

  /** Counts in the background, because nothing depends on the number. */
  private logCount(message: string): void {
    this.context.stores.fetches.progress(this.account.id).then(
      ({ people }) => this.log.info({ contacts: people }, message),
      (err: unknown) => this.log.debug({ err }, 'Counting contacts failed'),
    );
  }
}
