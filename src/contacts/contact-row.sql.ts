import { ABOUT_COLUMNS, FIRST_NAME, FULL_NAME, SAVED } from './contact.sql.js';

/** The columns of a ContactRow from row `c` of `contact`, with the number of the row as its ID. */
export const CONTACT_COLUMNS = `c.id, c.jid, c.lid, c.username, c.push_name,
  ${FULL_NAME} AS full_name, ${FIRST_NAME} AS first_name,
  c.business_name, c.is_business, ${ABOUT_COLUMNS}, ${SAVED} AS saved,
  c.moved_to, c.moved_from, c.updated_at`;

/** The columns of a ContactRow from row `p` of `contact_picture` and row `k` of `identity_key`. */
export const JOINED_COLUMNS = `p.state AS picture_state, p.picture_id, p.size_bytes AS picture_bytes,
  p.updated_at AS picture_updated_at,
  encode(k.key, 'base64') AS key, k.first_seen_at AS key_since`;

/**
 * Joins the tables of JOINED_COLUMNS to row `c`.
 *
 * @param accountId SQL expression
 */
export function joins(accountId: string): string {
  return `LEFT JOIN contact_picture p ON p.account_id = ${accountId} AND p.contact_id = c.id
    LEFT JOIN identity_key k ON k.account_id = ${accountId} AND k.contact_id = c.id AND k.is_current`;
}
