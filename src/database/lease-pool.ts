import { ServicePool } from './service-pool.js';

/**
 * Connections for the leases of sessions alone: a renewal must not wait behind the work of the sessions themselves, nor for
 * a connection that has died without a word. Together the time limits leave room for a second attempt within the lease.
 */
export class LeasePool extends ServicePool {
  constructor(url: string, role: string) {
    super(url, { role, use: 'leases' }, { max: 2, connectionTimeoutMillis: 2_000, query_timeout: 3_000 });
  }
}
