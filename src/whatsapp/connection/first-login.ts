import { EventEmitter, once } from 'node:events';

/** How long shutdown waits for the first login. The session thread has 4 s to stop (session-supervisor.ts). */
const GRACE_MS = 2_000;

/**
 * Tracks the first login of a device after a phone has confirmed it. A device that disconnects before it has uploaded
 * its one-time pre-keys may never log in again (mautrix 26.10), so shutdown waits for the upload. After a kill, the
 * next login uploads them.
 */
export class FirstLogin {
  private isDue = false;
  private readonly logins = new EventEmitter();

  /** @param isConfirmed whether the phone has confirmed the device over the current connection */
  constructor(private readonly isConfirmed: () => boolean) {}

  /** Whether a confirmed device has not logged in yet. */
  get isPending(): boolean {
    return this.isDue || this.isConfirmed();
  }

  /** Called when a connection for linking a device has ended. */
  linkEnded(): void {
    this.isDue = this.isConfirmed();
  }

  /** Called when a device has logged in and has uploaded its keys. */
  done(): void {
    this.isDue = false;
    this.logins.emit('done');
  }

  /**
   * Returns a signal that aborts after the given one: immediately or, while a first login is pending, when the login is
   * done, at most 2 s later.
   */
  after(stop: AbortSignal): AbortSignal {
    const end = new AbortController();
    const leave = async () => {
      const signal = AbortSignal.timeout(GRACE_MS);
      if (this.isPending) await once(this.logins, 'done', { signal }).catch(() => {});
      end.abort();
    };
    stop.addEventListener('abort', () => void leave(), { once: true });
    if (stop.aborted) end.abort();
    return end.signal;
  }
}
