import { Counter } from 'prom-client';

export type FetchResult = 'answered' | 'limited' | 'refused' | 'unanswered' | 'failed';

export const profileFetches = new Counter({
  name: 'whatsapp_contacts_profile_fetches_total',
  help: 'Requests to WhatsApp about contacts, by kind (profiles, identities, picture, picture_file) and result',
  labelNames: ['kind', 'result'],
});
