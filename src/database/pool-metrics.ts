import type { Pool } from 'pg';
import { Gauge } from 'prom-client';

const pools = new Map<string, Pick<Pool, 'totalCount' | 'idleCount' | 'waitingCount'>>();

/** Exports the number of connections of a pool as metrics. */
export function measurePool(name: string, pool: Pool): void {
  pools.set(name, pool);
}

new Gauge({
  name: 'whatsapp_contacts_database_connections',
  help: 'Connections to Postgres by pool: used, idle, and waiting for a connection',
  labelNames: ['pool', 'state'],
  collect() {
    for (const [pool, { totalCount, idleCount, waitingCount }] of pools) {
      this.set({ pool, state: 'used' }, totalCount - idleCount);
      this.set({ pool, state: 'idle' }, idleCount);
      this.set({ pool, state: 'waiting' }, waitingCount);
    }
  },
});
