import { ServicePool } from './service-pool.js';

/** A connection for probes: callers who use up all others are no reason to restart a process, or to send readers elsewhere. */
export class ProbePool extends ServicePool {
  constructor(url: string, role: string) {
    super(url, { role, use: 'probes' }, { max: 1 });
  }
}
