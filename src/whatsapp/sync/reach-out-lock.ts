import { Log } from '../../kernel/logging/log.js';
import type { Query } from '../app-state/collection-reader.js';
import { reachOutLockQuery, readReachOutLock } from '../wire/reach-out-lock.js';
import type { SessionContext } from './session-context.js';

const CODE = 'reachout_locked';
const MESSAGE = 'WhatsApp has temporarily locked reaching out to contacts.';

/**
 * The reach-out time lock of an account. While it is locked, no profile is fetched: further requests lead to the next,
 * longer lock (WAHA issue 2147).
 */
export class ReachOutLock {
  private readonly log = new Log(ReachOutLock.name);

  constructor(
    private readonly context: SessionContext,
    private readonly query: Query,
  ) {}

  /** Returns the end of the lock that was last reported; null if none is in effect. */
  async reportedUntil(): Promise<Date | null> {
    const { lease, stores } = this.context;
    return lease.read(() => stores.degradations.findEnd(lease.session, CODE));
  }

  /** Queries the lock, because notifications about it may have been missed. Without a response, nothing changes. */
  async refresh(): Promise<void> {
    const until = await this.find();
    if (until === undefined || (until === null && !(await this.reportedUntil()))) return;
    await this.set(until);
  }

  /**
   * Stops profile fetches until the lock ends, or resumes them.
   *
   * @param until null if the account is not locked
   */
  async set(until: Date | null): Promise<void> {
    const { lease, stores, pause } = this.context;
    if (until) await pause.pauseUntil(until, { code: 'reach_out_lock', message: MESSAGE });
    else await pause.resume('reach_out_lock');
    const message =
      until &&
      `WhatsApp does not allow this account to reach out to contacts until ${until.toISOString()}. No profiles are ` +
        'fetched until then. Names and changes are still read.';
    await lease.transaction((tx) => stores.degradations.report(tx, lease.session, CODE, message, until));
  }

  private async find(): Promise<Date | null | undefined> {
    try {
      return readReachOutLock(await this.query(reachOutLockQuery()));
    } catch (err) {
      this.log.debug({ err }, 'Querying reach-out time lock failed');
      return undefined;
    }
  }
}
