import { deferred, type Deferred } from './deferred.js';

/** When an armed fault strikes. */
export interface Arming<Subject> {
  /** how many occurrences it spoils before it is disarmed; default 1, `Infinity` until disarmed by hand */
  readonly times?: number;
  /** which occurrences it spoils; default all */
  readonly when?: (subject: Subject) => boolean;
}

/** A fault that was armed, for the caller to see what came of it. */
export interface ArmedFault {
  /** how often it struck so far */
  readonly struck: number;
  /** whether it may still strike */
  readonly armed: boolean;
  /** takes it back */
  disarm(): void;
  /** resolves once it has struck this often (default once) */
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

/** The faults armed at one place of the server. */
export class FaultList<Subject, Effect> {
  private faults: Fault<Subject, Effect>[] = [];

  /** Makes the next occurrence (or the next `times`, or those that `when` picks) suffer this effect. */
  arm(effect: Effect, arming: Arming<Subject> = {}): ArmedFault {
    const fault = new Fault<Subject, Effect>(effect, arming.times ?? 1, arming.when ?? (() => true));
    this.faults.push(fault);
    return fault;
  }

  /** The effect that this occurrence suffers, if any; counts it. */
  strike(subject: Subject): Effect | undefined {
    this.faults = this.faults.filter((each) => each.armed);
    return this.faults.find((each) => each.strikes(subject))?.effect;
  }

  /** Takes back all that is armed here. */
  disarm(): void {
    for (const each of this.faults) each.disarm();
    this.faults = [];
  }
}
