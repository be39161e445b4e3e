import { Semaphore, withTimeout } from 'async-mutex';
import { TooBusy, TooManyAtOnce } from './http.errors.js';

export interface SlotLimits {
  /** Plural noun for error messages. */
  what: string;
  perCaller: number;
  overall: number;
  maxWaitMs: number;
}

/** Limits concurrent work overall and per caller. Callers at their own limit wait without blocking other callers. */
export class FairSlots {
  private readonly overall: Pick<Semaphore, 'acquire'>;
  private readonly callers = new Map<string, { own: Pick<Semaphore, 'acquire'>; users: number }>();
  private waiting = 0;

  constructor(private readonly limits: SlotLimits) {
    const { what, overall, maxWaitMs } = limits;
    this.overall = withTimeout(new Semaphore(overall), maxWaitMs, new TooBusy(what, overall));
  }

  /** Whether callers wait for a slot. */
  get isContended(): boolean {
    return this.waiting > 0;
  }

  /**
   * Waits for a slot.
   *
   * @returns a function that releases the slot
   * @throws TooManyAtOnce, TooBusy after `maxWaitMs`
   */
  async take(caller: string): Promise<() => void> {
    const entry = this.entryOf(caller);
    entry.users += 1;
    const forget = () => {
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
          forget();
        };
      } catch (error) {
        releaseOwn();
        throw error;
      }
    } catch (error) {
      forget();
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
