/** On which Postgres tells that an account's feed has grown; the payload is the account's id. */
export const FEED_CHANNEL = 'whatsapp_contacts_feed';
