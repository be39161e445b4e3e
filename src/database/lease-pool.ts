import { ServicePool } from './service-pool.js';
import { SilenceLimit } from './silence-limit.js';

/**
 * Connections for session leases. A renewal must not wait for other work of the sessions, or for a connection that was
 * lost silently. The time limits together leave time for a second attempt within the lease.
 */
export class LeasePool extends ServicePool {
  constructor(url: string, role: string) {
    const silence = new SilenceLimit(3_000);
    super(url, { role, use: 'leases' }, { max: 2, connectionTimeoutMillis: 2_000, silence });
  }
}
