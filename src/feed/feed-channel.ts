/** Postgres notification channel for feeds with new changes. The payload is the account ID. */
export const FEED_CHANNEL = 'whatsapp_contacts_feed';
