import { ServicePool } from './service-pool.js';

/**
 * Connections for session leases. A renewal must not wait for other work of the sessions, or for a connection that was
 * lost silently. The time limits together leave time for a second attempt within the lease.
 */
export class LeasePool extends ServicePool {
  constructor(url: string, role: string) {
    super(url, { role, use: 'leases' }, { max: 2, connectionTimeoutMillis: 2_000, query_timeout: 3_000 });
  }
}
