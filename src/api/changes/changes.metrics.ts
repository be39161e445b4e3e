import { Gauge } from 'prom-client';

export const openStreams = new Gauge({
  name: 'whatsapp_contacts_feed_streams',
  help: 'Open streams of GET /changes/stream',
});
