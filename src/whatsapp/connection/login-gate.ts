import { Injectable } from '@nestjs/common';
import { Mutex, Semaphore } from 'async-mutex';
import pTimeout from 'p-timeout';

/**
 * Total weight of the sessions that may log in at the same time. After a restart, all sessions of a thread have to log
 * in, which would take minutes one by one. A device that logs in for the first time generates 812 pre-keys, which
 * blocks the thread for half a second. More than six of them at once would delay other sessions until their connections
 * time out.
 */
const CAPACITY = 24;
export const NEW_DEVICE = 4;
/** Its first sync is complete, so WhatsApp has its pre-keys. */
export const KNOWN_DEVICE = 1;
/** After this time, a login no longer blocks others. */
const MAX_LOGIN_MS = 30_000;
/** Maximum delay of work that can wait. */
const MAX_WAIT_MS = 60_000;

/** Limits how many sessions of a thread log in at the same time. */
@Injectable()
export class LoginGate {
  private readonly semaphore = new Semaphore(CAPACITY);
  private readonly work = new Mutex();

  /**
   * @param weight NEW_DEVICE or KNOWN_DEVICE
   * @returns a function to call, once or more often, when the login has succeeded or failed
   */
  async enter(weight: number): Promise<() => void> {
    const [, release] = await this.semaphore.acquire(weight);
    const limit = setTimeout(release, MAX_LOGIN_MS);
    return () => {
      clearTimeout(limit);
      release();
    };
  }

  /** Runs work that can wait: one at a time, when no session is logging in. */
  async whenQuiet(work: () => Promise<void>): Promise<void> {
    const fallback = () => {};
    await pTimeout(this.semaphore.waitForUnlock(CAPACITY), { milliseconds: MAX_WAIT_MS, fallback });
    await this.work.runExclusive(work);
  }
}
