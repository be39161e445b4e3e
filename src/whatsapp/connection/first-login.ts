import { EventEmitter, once } from 'node:events';

/** How long a stop waits for the first login. The session thread has 4 s to stop (session-supervisor.ts). */
const GRACE_MS = 2_000;

/**
 * The first login of a device after a phone has confirmed it. A device that leaves before it has uploaded its one-time
 * pre-keys may fail to log in for good (mautrix 26.10), so a stop waits for that. After a kill the next login uploads them.
 */
export class FirstLogin {
  private isDue = false;
  private readonly logins = new EventEmitter();

  /** @param isConfirmed whether the phone has confirmed the device over the connection that is open now */
  constructor(private readonly isConfirmed: () => boolean) {}

  /** Whether a device was confirmed that has not logged in since. */
  get isPending(): boolean {
    return this.isDue || this.isConfirmed();
  }

  /** A connection over which a device could be linked has ended. */
  linkEnded(): void {
    this.isDue = this.isConfirmed();
  }

  /** A device has logged in, and has uploaded its keys. */
  done(): void {
    this.isDue = false;
    this.logins.emit('done');
  }

  /** Aborts with the given signal; while a first login is pending, once it is done, or after 2 s. */
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
