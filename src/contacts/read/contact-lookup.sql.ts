import { CONTACT_COLUMNS, JOINED_COLUMNS } from '../contact-row.sql.js';

/** How a contact is found. `former_lid` and `merged` are references that identified it in the past. */
export type Match = 'jid' | 'lid' | 'former_lid' | 'username' | 'id' | 'merged';

/** A kind of reference that callers can look for. */
export type LookupColumn = Extract<Match, 'jid' | 'lid' | 'username' | 'id'>;

/** OFFSET makes Postgres look up each key by index, regardless of its estimates; see LidMappingsRepository. */
const byIndex = (columns: string, table: string, condition: string) => `LATERAL (
  SELECT ${columns} FROM ${table} WHERE account_id = a.id AND ${condition} OFFSET 0)`;

const contactWhere = (condition: string) => `${byIndex(CONTACT_COLUMNS, 'contact c', condition)} c`;

const branch = (match: Match, key: string, from: string) =>
  `SELECT '${match}' AS match, ${key} AS reference, c.* FROM ${from}`;

const texts = (parameter: string) => `unnest(${parameter}::text[]) AS k (key)`;

/** Finds the contacts of an array of keys. `id` expects numbers of rows. */
const BRANCHES: Record<LookupColumn, (parameter: string) => string[]> = {
  jid: (parameter) => [branch('jid', 'k.key', `${texts(parameter)}, ${contactWhere('c.jid = k.key')}`)],
  lid: (parameter) => [
    branch('lid', 'k.key', `${texts(parameter)}, ${contactWhere('c.lid = k.key')}`),
    branch(
      'former_lid',
      'k.key',
      `${texts(parameter)}, ${byIndex('f.current_lid', 'former_lid f', 'f.lid = k.key')} f,
         ${contactWhere('c.lid = f.current_lid')}`,
    ),
  ],
  username: (parameter) => [
    branch('username', 'k.key', `${texts(parameter)}, ${contactWhere('lower(c.username) = k.key')}`),
  ],
  id: (parameter) => [
    branch(
      'id',
      'a.contact_id_prefix || k.id',
      `unnest(${parameter}::bigint[]) AS k (id), ${contactWhere('c.id = k.id')}`,
    ),
    branch(
      'merged',
      'a.contact_id_prefix || m.id',
      `(WITH RECURSIVE merged AS (
          SELECT k.id, k.id AS merged_into FROM unnest(${parameter}::bigint[]) AS k (id)
          UNION ALL
          SELECT merged.id, m.merged_into
          FROM merged, ${byIndex('m.merged_into', 'merged_contact m', 'm.id = merged.merged_into')} m
        ) SELECT * FROM merged WHERE id <> merged_into) m,
         ${contactWhere('c.id = m.merged_into')}`,
    ),
  ],
};

/**
 * Returns a query for the contacts of a session. `$1` is the name of the session, followed by an array for each column.
 * A session without contacts that match has one row, with the account only.
 */
export function lookupSql(columns: LookupColumn[]): string {
  const branches = columns.flatMap((column, i) => BRANCHES[column](`$${i + 2}`));
  return `SELECT a.id AS account_id, a.synced_at IS NOT NULL AS synced, a.contact_id_prefix || c.id AS contact_id,
      c.*, ${JOINED_COLUMNS}
    FROM session s LEFT JOIN account a ON a.id = s.account_id
    LEFT JOIN LATERAL (${branches.join(' UNION ALL ')}) c ON true
    LEFT JOIN ${byIndex('*', 'contact_picture p', 'p.contact_id = c.id')} p ON true
    LEFT JOIN ${byIndex('*', 'identity_key k', 'k.contact_id = c.id AND k.is_current')} k ON true
    WHERE s.name = $1`;
}
