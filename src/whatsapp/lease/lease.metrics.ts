import { Counter, Gauge } from 'prom-client';
import { failingMs } from './lease.js';

export const leases = new Counter({
  name: 'whatsapp_contacts_session_leases_total',
  help: 'Session leases of this process that were claimed, released to another process, or lost',
  labelNames: ['event'],
});

new Gauge({
  name: 'whatsapp_contacts_saving_failed_seconds',
  help: 'How long reads and writes of sessions have been failing because of the database; 0 if none is retried',
  collect() {
    this.set(failingMs() / 1_000);
  },
});
