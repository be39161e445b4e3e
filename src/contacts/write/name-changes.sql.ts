import { HAS_NAME } from '../contact.sql.js';
import { CONTACT_COLUMNS, JOINED_COLUMNS, joins } from '../contact-row.sql.js';

/** The fields that statements with names can change. Each is a column of CONTACT_COLUMNS. */
const FIELDS = ['push_name', 'full_name', 'first_name', 'saved'];

const SNAPSHOT = `${CONTACT_COLUMNS}, ${HAS_NAME} AS is_listed`;

const CHANGED_FIELDS = FIELDS.map(
  (field) => `CASE WHEN after.${field} IS DISTINCT FROM before.${field} THEN '${field}' END`,
).join(', ');

/**
 * Makes a statement that writes names append its changes to the feed. Other changes are compared by diffContacts(),
 * which costs large changes of names half as much again. Within a statement, tables have the content from before it,
 * so that both versions of a row can be compared.
 *
 * @param statement INSERT or UPDATE of `contact AS c` without RETURNING that changes no addresses. `$1` is the account,
 *   whose row must be locked.
 */
export function appendingChanges(statement: string): string {
  return `
    WITH written AS (${statement} RETURNING c.*),
    changes AS (
      SELECT n.id, n.jid, n.lid, row_number() OVER () AS place,
        CASE
          WHEN NOT after.is_listed THEN 'contact.deleted'
          WHEN before.is_listed THEN 'contact.changed'
          ELSE 'contact.created'
        END AS kind,
        CASE
          WHEN after.is_listed AND before.is_listed THEN array_remove(ARRAY[${CHANGED_FIELDS}], NULL)
          ELSE '{}'
        END AS fields,
        CASE WHEN after.is_listed THEN (
          SELECT row_to_json(contact)
          FROM (SELECT ${CONTACT_COLUMNS}, ${JOINED_COLUMNS} FROM (SELECT n.*) c ${joins('$1')}) contact
        ) END AS contact
      FROM written n
      CROSS JOIN LATERAL (SELECT ${SNAPSHOT} FROM (SELECT n.*) c) after
      LEFT JOIN LATERAL (SELECT ${SNAPSHOT} FROM contact c WHERE c.account_id = $1 AND c.id = n.id) before ON true
      WHERE after.is_listed OR before.is_listed
    ), numbered AS (
      UPDATE account SET feed_latest = feed_latest + (SELECT count(*) FROM changes) WHERE id = $1
      RETURNING feed_latest - (SELECT count(*) FROM changes) AS previous
    )
    INSERT INTO change (account_id, seq, at, kind, contact_id, jid, lid, fields, contact)
    SELECT $1, previous + place, clock_timestamp(), kind, id, jid, lid, fields, contact FROM numbered, changes`;
}
