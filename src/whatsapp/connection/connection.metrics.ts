import { Counter } from 'prom-client';

export const connectionsEnded = new Counter({
  name: 'whatsapp_contacts_connections_ended_total',
  help: 'Connections to WhatsApp that have ended, by who ended them and why (src/whatsapp/connection/disconnect-reasons.ts)',
  labelNames: ['reason'],
});

export const linkAttempts = new Counter({
  name: 'whatsapp_contacts_link_attempts_total',
  help: 'Attempts to link an account that somebody has begun, by how they ended: linked or failed',
  labelNames: ['result'],
});
