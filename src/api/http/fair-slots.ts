import { Semaphore, withTimeout } from 'async-mutex';
import { TooBusy, TooManyAtOnce } from './http.errors.js';

export interface SlotLimits {
  /** In the plural, for the errors. */
  what: string;
  perCaller: number;
  overall: number;
  maxWaitMs: number;
}

/** Lets so many at once, and of one caller so many at most: who asks for much waits for himself, and leaves room for others. */
export class FairSlots {
  private readonly overall: Pick<Semaphore, 'acquire'>;
  private readonly callers = new Map<string, { own: Pick<Semaphore, 'acquire'>; users: number }>();
  private waiting = 0;

  constructor(private readonly limits: SlotLimits) {
    const { what, overall, maxWaitMs } = limits;
    this.overall = withTimeout(new Semaphore(overall), maxWaitMs, new TooBusy(what, overall));
  }

  /** Whether somebody waits for a slot. */
  get isContended(): boolean {
    return this.waiting > 0;
  }

  /**
   * @returns what gives the slot back
   * @throws TooManyAtOnce, TooBusy when none became free for too long
   */
  async take(caller: string): Promise<() => void> {
    const entry = this.entryOf(caller);
    entry.users += 1;
    const leave = () => {
      entry.users -= 1;
      if (entry.users === 0) this.callers.delete(caller);
    };
    this.waiting += 1;
    try {
      const [, releaseOwn] = await entry.own.acquire();
      try {
        const [, release] = await this.overall.acquire();
        return () => {
          release();
          releaseOwn();
          leave();
        };
      } catch (error) {
        releaseOwn();
        throw error;
      }
    } catch (error) {
      leave();
      throw error;
    } finally {
      this.waiting -= 1;
    }
  }

  private entryOf(caller: string) {
    const known = this.callers.get(caller);
    if (known) return known;
    const { what, perCaller, maxWaitMs } = this.limits;
    const own = withTimeout(new Semaphore(perCaller), maxWaitMs, new TooManyAtOnce(what, perCaller));
    const entry = { own, users: 0 };
    this.callers.set(caller, entry);
    return entry;
  }
}
