import { Counter } from 'prom-client';

export const webhookAttempts = new Counter({
  name: 'whatsapp_contacts_webhook_attempts_total',
  help: 'Requests to receivers of webhooks, by result: delivered or failed',
  labelNames: ['result'],
});
