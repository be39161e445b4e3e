import { Counter } from 'prom-client';

export const leases = new Counter({
  name: 'whatsapp_contacts_session_leases_total',
  help: 'Session leases of this process that were claimed, released to another process, or lost',
  labelNames: ['event'],
});
