import { Log } from '../../kernel/logging/log.js';
import { LeaseLost } from '../lease/lease-lost.js';
import type { SessionContext } from './session-context.js';

const DELAYED_AFTER_MS = 60_000;
/** The report expires, in case the connection ends before the collection has been read. */
const REPORTED_FOR_MS = 10 * 60_000;
const REPEAT_AFTER_MS = 5 * 60_000;

const MESSAGE =
  'Changes of the address book that WhatsApp has announced could not be read or saved for more than 60 s. The ' +
  'service keeps trying. The log contains the reason.';

/** Reports collections that stay outdated for long (`sync_delayed`). */
export class SyncDelay {
  private readonly log = new Log(SyncDelay.name);
  private readonly outdatedCollections = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private isDelayed = false;
  private closed = false;

  constructor(private readonly context: Pick<SessionContext, 'lease' | 'stores'>) {}

  /** A collection has changed. */
  outdated(collection: string): void {
    if (this.closed) return;
    if (this.outdatedCollections.size === 0) this.timer = setTimeout(() => this.report(), DELAYED_AFTER_MS);
    this.outdatedCollections.add(collection);
  }

  /** A collection has been read, or waits for a reason that is reported separately. */
  caughtUp(collection: string): void {
    this.outdatedCollections.delete(collection);
    if (this.outdatedCollections.size > 0) return;
    clearTimeout(this.timer);
    if (this.isDelayed) this.write(false);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private report(): void {
    this.write(true);
    this.timer = setTimeout(() => this.report(), REPEAT_AFTER_MS);
  }

  /** A write that waited for the database must not replace a newer state. */
  private write(isDelayed: boolean): void {
    const { lease, stores } = this.context;
    this.isDelayed = isDelayed;
    const write = lease.transaction((tx) => {
      const message = this.isDelayed ? MESSAGE : null;
      const expiresAt = new Date(Date.now() + REPORTED_FOR_MS);
      return stores.degradations.report(tx, lease.session, 'sync_delayed', message, expiresAt);
    });
    write.catch((err: unknown) => {
      if (!(err instanceof LeaseLost)) this.log.warn({ err }, 'Reporting delayed sync failed');
    });
  }
}
