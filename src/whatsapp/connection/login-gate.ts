import { Injectable } from '@nestjs/common';
import { Semaphore } from 'async-mutex';

/**
 * Sessions that are on their way to WhatsApp at once. After a restart all of a thread's have to log in: one after the
 * other would take minutes, and all at once would starve the database and each other.
 */
const MAX_LOGINS = 16;

/** Lets the sessions of a thread log in a few at a time. */
@Injectable()
export class LoginGate {
  private readonly semaphore = new Semaphore(MAX_LOGINS);

  /** @returns what to call, once or more often, when the login has succeeded or failed */
  async enter(): Promise<() => void> {
    const [, release] = await this.semaphore.acquire();
    return release;
  }
}
