import pg from 'pg';
import { ABOUT_COLUMNS, contactId, FIRST_NAME, FULL_NAME, SAVED } from '../contact.sql.js';
import { CONTACT_FIELDS, type ContactField } from '../contact-fields.js';

/** SQL of a time in ISO 8601. */
const toIso = (time: string) => `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** SQL of a JSON object from the columns of a query; null without rows. */
const objectOf = (query: string) => `(SELECT row_to_json(object) FROM (${query}) object)`;

const ABOUT = objectOf(`SELECT about AS text, about_emoji AS emoji, about_state = 'hidden' AS hidden,
    ${toIso('about_set_at')} AS set_at, ${toIso('about_expires_at')} AS expires_at
  FROM (SELECT ${ABOUT_COLUMNS}) about WHERE about_state IS NOT NULL`);

/** The picture is shown in the states of hasPicture(). */
const pictureOf = (pathPrefix: string) =>
  objectOf(`SELECT p.picture_id AS id,
    ${pg.escapeLiteral(`${pathPrefix}/contacts/`)} || coalesce(split_part(c.jid, '@', 1), c.lid) || '/picture' AS url,
    ${toIso('p.updated_at')} AS updated_at
  FROM contact_picture p WHERE p.account_id = c.account_id AND p.contact_id = c.id
    AND (p.state = 'present' OR p.state = 'changed' AND p.size_bytes IS NOT NULL)`);

const IDENTITY_KEY =
  objectOf(`SELECT encode(k.key, 'base64') AS key, encode(sha256(k.key), 'hex') AS fingerprint,
    ${toIso('k.first_seen_at')} AS since
  FROM identity_key k WHERE k.account_id = c.account_id AND k.contact_id = c.id AND k.is_current`);

const fieldsOf = (accountId: number, pathPrefix: string): Record<ContactField, string> => ({
  id: contactId(String(accountId), 'c.id'),
  jid: 'c.jid',
  phone: `split_part(c.jid, '@', 1)`,
  lid: 'c.lid',
  username: 'c.username',
  push_name: 'c.push_name',
  full_name: FULL_NAME,
  first_name: FIRST_NAME,
  business_name: 'c.business_name',
  is_business: 'c.is_business',
  about: ABOUT,
  picture: pictureOf(pathPrefix),
  identity_key: IDENTITY_KEY,
  saved: SAVED,
  moved_to: 'c.moved_to',
  moved_from: 'c.moved_from',
  updated_at: toIso('c.updated_at'),
});

/** The form in which contacts are returned. */
export interface ContactForm {
  /** Path of the session's routes. */
  pathPrefix: string;
  /** Undefined: all. */
  fields?: readonly ContactField[];
}

/**
 * Returns an SQL expression with the JSON that toDetails() returns, from row `c` of the account's contacts. Postgres
 * writes it, because parsing rows takes most of the time of a list.
 */
export function contactJson(accountId: number, { pathPrefix, fields = CONTACT_FIELDS }: ContactForm): string {
  const sqlOf = fieldsOf(accountId, pathPrefix);
  return objectOf(`SELECT ${fields.map((field) => `${sqlOf[field]} AS ${field}`).join(', ')}`);
}
