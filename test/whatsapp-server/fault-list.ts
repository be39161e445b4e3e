import { type Deferred, deferred } from './deferred.js';

/** Selects the occurrences that a fault affects. */
export interface Arming<Subject> {
  /** number of occurrences to affect before the fault disarms itself; default 1; `Infinity` for no limit */
  readonly times?: number;
  /** selects occurrences; default: all */
  readonly when?: (subject: Subject) => boolean;
}

/** State of an armed fault. */
export interface ArmedFault {
  /** number of affected occurrences */
  readonly struck: number;
  /** whether it can still affect an occurrence */
  readonly armed: boolean;
  /** disables the fault */
  disarm(): void;
  /** resolves when it has affected this many occurrences; default 1 */
  whenStruck(times?: number): Promise<void>;
}

class Fault<Subject, Effect> implements ArmedFault {
  struck = 0;
  private readonly waiting: { times: number; promise: Deferred<void> }[] = [];

  constructor(
    readonly effect: Effect,
    private remaining: number,
    private readonly when: (subject: Subject) => boolean,
  ) {}

  get armed(): boolean {
    return this.remaining > 0;
  }

  disarm(): void {
    this.remaining = 0;
  }

  strikes(subject: Subject): boolean {
    if (!this.armed || !this.when(subject)) return false;
    this.remaining -= 1;
    this.struck += 1;
    for (const each of this.waiting) if (this.struck >= each.times) each.promise.resolve();
    return true;
  }

  whenStruck(times = 1): Promise<void> {
    const promise = deferred<void>();
    if (this.struck >= times) promise.resolve();
    else this.waiting.push({ times, promise });
    return promise.promise;
  }
}

/** The faults at one place of the server. */
export class FaultList<Subject, Effect> {
  private faults: Fault<Subject, Effect>[] = [];

  /** Applies an effect to the next occurrences that match. */
  arm(effect: Effect, arming: Arming<Subject> = {}): ArmedFault {
    const fault = new Fault<Subject, Effect>(effect, arming.times ?? 1, arming.when ?? (() => true));
    this.faults.push(fault);
    return fault;
  }

  /** Returns and counts the effect on this occurrence; undefined if there is none. */
  strike(subject: Subject): Effect | undefined {
    this.faults = this.faults.filter((each) => each.armed);
    return this.faults.find((each) => each.strikes(subject))?.effect;
  }

  /** Disables all faults. */
  disarm(): void {
    for (const each of this.faults) each.disarm();
    this.faults = [];
  }
}
