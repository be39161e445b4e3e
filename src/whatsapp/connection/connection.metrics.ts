import { Counter } from 'prom-client';

export const connectionsEnded = new Counter({
  name: 'whatsapp_contacts_connections_ended_total',
  help: 'Connections to WhatsApp that ended, by disconnect reason (docs/metrics.md)',
  labelNames: ['reason'],
});

export const linkAttempts = new Counter({
  name: 'whatsapp_contacts_link_attempts_total',
  help: 'Attempts to link that a user began: linked or failed',
  labelNames: ['result'],
});
