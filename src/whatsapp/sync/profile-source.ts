import type { ProfileFetchQueue } from '../profiles/profile-fetch-queue.js';
import type { StanzaChanges } from '../stanzas/stanza-changes.js';
import type { ReachOutLock } from './reach-out-lock.js';
import type { SessionContext } from './session-context.js';
import type { Source } from './source.js';

/** Profiles that are fetched from WhatsApp, unless it has locked the account's reaching out to contacts. */
export class ProfileSource implements Source {
  constructor(
    private readonly queue: ProfileFetchQueue,
    private readonly lock: ReachOutLock,
    private readonly context: SessionContext,
  ) {}

  async start(): Promise<void> {
    await this.context.pause.load(await this.lock.reportedUntil());
    await this.lock.refresh();
    this.queue.start();
  }

  close(): void {
    this.queue.close();
  }

  async stanzas({ reachOutLocks = [] }: StanzaChanges): Promise<void> {
    const lock = reachOutLocks.at(-1);
    if (lock) await this.lock.set(lock.until);
  }
}
