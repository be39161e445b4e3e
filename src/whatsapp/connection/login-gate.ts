import { Injectable } from '@nestjs/common';
import { Mutex, Semaphore } from 'async-mutex';
import pTimeout from 'p-timeout';

/**
 * What the sessions that are on their way to WhatsApp at once may weigh together. After a restart all of a thread's have to
 * log in: one after the other would take minutes. A device that logs in for the first time makes 812 pre-keys, which takes
 * this thread half a second: more than six of them at once would delay what the other sessions do until they count as lost.
 */
const CAPACITY = 24;
export const NEW_DEVICE = 4;
/** Its first sync is through, so that WhatsApp has its pre-keys. */
export const KNOWN_DEVICE = 1;
/** Who is on the way for longer than this no longer keeps others from logging in. */
const MAX_LOGIN_MS = 30_000;
/** Work that can wait waits no longer than this. */
const MAX_WAIT_MS = 60_000;

/** Lets the sessions of a thread log in a few at a time. */
@Injectable()
export class LoginGate {
  private readonly semaphore = new Semaphore(CAPACITY);
  private readonly work = new Mutex();

  /**
   * @param weight NEW_DEVICE or KNOWN_DEVICE
   * @returns what to call, once or more often, when the login has succeeded or failed
   */
  async enter(weight: number): Promise<() => void> {
    const [, release] = await this.semaphore.acquire(weight);
    const limit = setTimeout(release, MAX_LOGIN_MS);
    return () => {
      clearTimeout(limit);
      release();
    };
  }

  /** Runs work that can wait: when nobody is logging in, and one at a time. */
  async whenQuiet(work: () => Promise<void>): Promise<void> {
    const fallback = () => {};
    await pTimeout(this.semaphore.waitForUnlock(CAPACITY), { milliseconds: MAX_WAIT_MS, fallback });
    await this.work.runExclusive(work);
  }
}
