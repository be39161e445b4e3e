import { HAS_NAME } from '../contact.sql.js';
import { JOINED_COLUMNS, joins, CONTACT_COLUMNS } from '../contact-row.sql.js';

/** Fields that stand in `contact` alone. */
const FIELDS = ['username', 'push_name', 'full_name', 'first_name', 'business_name', 'is_business', 'saved'];

/** Row `c` as callers see it. */
const SEEN = `${CONTACT_COLUMNS}, ${HAS_NAME} AS is_listed`;

/**
 * A statement that writes names to `contact AS c`, and tells the feed what it changes, without anything going to and fro: for many
 * people at once, of whom nobody gets another address. Within one statement, tables are as they were before it, so that old and new
 * meet; changesOf() does the same for all other changes.
 * @param statement INSERT or UPDATE without RETURNING; `$1` is the account, which is locked
 */
export function telling(statement: string): string {
  return `
    WITH written AS (${statement} RETURNING c.*),
    told AS (
      SELECT n.id, n.jid, n.lid, row_number() OVER () AS place,
        CASE WHEN NOT seen.is_listed THEN 'contact.deleted' WHEN was.is_listed THEN 'contact.changed' ELSE 'contact.created' END AS kind,
        CASE WHEN seen.is_listed AND was.is_listed THEN array_remove(ARRAY[
          ${FIELDS.map((field) => `CASE WHEN seen.${field} IS DISTINCT FROM was.${field} THEN '${field}' END`).join(',\n          ')}
        ], NULL) ELSE '{}' END AS fields,
        CASE WHEN seen.is_listed THEN (
          SELECT row_to_json(person) FROM (SELECT ${CONTACT_COLUMNS}, ${JOINED_COLUMNS} FROM (SELECT n.*) c ${joins('$1')}) person
        ) END AS contact
      FROM written n
      CROSS JOIN LATERAL (SELECT ${SEEN} FROM (SELECT n.*) c) seen
      LEFT JOIN LATERAL (SELECT ${SEEN} FROM contact c WHERE c.account_id = $1 AND c.id = n.id) was ON true
      WHERE seen.is_listed OR was.is_listed
    ), numbered AS (
      UPDATE account SET feed_latest = feed_latest + (SELECT count(*) FROM told) WHERE id = $1
      RETURNING feed_latest - (SELECT count(*) FROM told) AS before
    )
    INSERT INTO change (account_id, seq, at, kind, contact_id, jid, lid, fields, contact)
    SELECT $1, before + place, clock_timestamp(), kind, id, jid, lid, fields, contact FROM numbered, told`;
}
