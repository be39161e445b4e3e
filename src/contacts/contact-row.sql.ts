import { ABOUT_COLUMNS, FIRST_NAME, FULL_NAME } from './contact.sql.js';

/** Of a ContactRow, the columns of row `c` of contact. */
export const OWN_COLUMNS = `c.id, c.jid, c.lid, c.username, c.push_name, ${FULL_NAME} AS full_name, ${FIRST_NAME} AS first_name,
  c.business_name, c.is_business, ${ABOUT_COLUMNS}, c.saved OR c.lid_saved AS saved,
  c.moved_to, c.moved_from, c.updated_at`;

/** Those of row `p` of contact_picture and row `k` of identity_key. */
export const JOINED_COLUMNS = `p.state AS picture_state, p.picture_id, p.size_bytes AS picture_bytes, p.updated_at AS picture_updated_at,
  encode(k.key, 'base64') AS key, k.first_seen_at AS key_since`;

/** What these are read from, beside row `c`. @param accountId as an expression */
export function joins(accountId: string): string {
  return `LEFT JOIN contact_picture p ON p.account_id = ${accountId} AND p.contact_id = c.id
    LEFT JOIN identity_key k ON k.account_id = ${accountId} AND k.contact_id = c.id AND k.is_current`;
}
