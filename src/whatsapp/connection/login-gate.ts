import { Injectable } from '@nestjs/common';
import { Mutex, Semaphore } from 'async-mutex';
import pTimeout from 'p-timeout';

/**
 * Sessions that are on their way to WhatsApp at once. After a restart all of a thread's have to log in: one after the
 * other would take minutes, and all at once would starve the database and each other.
 */
const MAX_LOGINS = 16;
/** Work that can wait waits no longer than this: somebody may be on the way for ever. */
const MAX_WAIT_MS = 60_000;

/** Lets the sessions of a thread log in a few at a time. */
@Injectable()
export class LoginGate {
  private readonly semaphore = new Semaphore(MAX_LOGINS);
  private readonly work = new Mutex();

  /** @returns what to call, once or more often, when the login has succeeded or failed */
  async enter(): Promise<() => void> {
    const [, release] = await this.semaphore.acquire();
    return release;
  }

  /** Runs work that can wait: when nobody is logging in, and one at a time. */
  async whenQuiet(work: () => Promise<void>): Promise<void> {
    const fallback = () => {};
    await pTimeout(this.semaphore.waitForUnlock(MAX_LOGINS), { milliseconds: MAX_WAIT_MS, fallback });
    await this.work.runExclusive(work);
  }
}
