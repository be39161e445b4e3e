import { Counter, Gauge } from 'prom-client';
import { Reconnects } from './reconnects.js';

/** Number of sessions with their own time series. */
const MAX_NAMED = 20;

export const reconnects = new Reconnects();

new Gauge({
  name: 'whatsapp_contacts_session_reconnects',
  help: `Connections in a row that failed or were open for less than 5 minutes; the ${MAX_NAMED} highest`,
  labelNames: ['session'],
  collect() {
    this.reset();
    for (const { session, ended } of reconnects.worst(MAX_NAMED)) this.set({ session }, ended);
  },
});

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
