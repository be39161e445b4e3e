import { Log } from '../../kernel/logging/log.js';
import type { Query } from '../app-state/collection-reader.js';
import { readReachOutLock, reachOutLockQuery } from '../wire/reach-out-lock.js';
import type { SessionContext } from './session-context.js';

const CODE = 'reachout_locked';
const REASON = 'WhatsApp has locked reaching out to people';

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

  /** Queries the lock, because notifications about it may have been missed. Without a response, nothing changes. */
  async refresh(): Promise<void> {
    const until = await this.find();
    if (until === undefined || (until === null && !(await this.isReported()))) return;
    await this.set(until);
  }

  /**
   * Stops profile fetches until the lock ends, or resumes them.
   *
   * @param until null if the account is not locked
   */
  async set(until: Date | null): Promise<void> {
    const { lease, stores, pause } = this.context;
    if (until) await pause.pauseUntil(until, REASON);
    else await pause.resume(REASON);
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

  private async isReported(): Promise<boolean> {
    const { lease, stores } = this.context;
    const reported = await stores.degradations.find(lease.session);
    return reported.some(({ code }) => code === CODE);
  }
}
