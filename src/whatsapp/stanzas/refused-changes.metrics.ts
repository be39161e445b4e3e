import { Counter } from 'prom-client';

export const refusedChanges = new Counter({
  name: 'whatsapp_contacts_refused_changes_total',
  help: 'Changes from WhatsApp that the database refused. They are lost.',
});
