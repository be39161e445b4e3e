import { attempt } from './savepoint.js';
import type { Transaction } from './transaction.js';

/** Extensions that the search index needs. Both are trusted, so CREATE on the database is enough to create them. */
const EXTENSIONS = ['pg_trgm', 'btree_gin'];

/** Arbitrary number. Two deployments in different schemas of a database must not create them at the same time. */
const EXTENSIONS_LOCK = 4_203_891;

interface Extension {
  name: string;
  /** Schema that contains it, quoted; null if it is not created. */
  schema: string | null;
  isUsable: boolean | null;
  isAvailable: boolean;
  /** Schema to create it in, quoted. Several deployments can share it in `public`. Null: the current schema. */
  target: string | null;
  isOnAzure: boolean;
}

const STATE = `
  SELECT name, quote_ident(n.nspname) AS schema, has_schema_privilege(n.oid, 'USAGE') AS "isUsable",
    EXISTS (SELECT FROM pg_available_extensions a WHERE a.name = e.name) AS "isAvailable",
    (SELECT quote_ident(nspname) FROM pg_namespace
     WHERE nspname = 'public' AND has_schema_privilege(oid, 'USAGE')) AS target,
    current_setting('azure.extensions', true) IS NOT NULL AS "isOnAzure"
  FROM unnest($1::text[]) WITH ORDINALITY AS e (name, place)
  LEFT JOIN pg_extension x ON x.extname = e.name LEFT JOIN pg_namespace n ON n.oid = x.extnamespace
  ORDER BY place`;

/** SQL: the current schema, then those of the extensions. Operator classes are looked up in the search path. */
const SET_SEARCH_PATH = `
  SELECT set_config('search_path', concat_ws(', ', quote_ident(current_schema()),
    (SELECT string_agg(DISTINCT quote_ident(nspname), ', ') FROM pg_extension x
     JOIN pg_namespace n ON n.oid = x.extnamespace WHERE x.extname = ANY ($1))), true)`;

/**
 * Creates missing extensions, and sets the search path of the transaction so that it contains their schemas.
 * @returns one text for each extension that cannot be used, with its remedy
 */
export async function prepareExtensions(
  tx: Transaction,
  { user, isReadOnly }: { user: string; isReadOnly: boolean },
): Promise<string[]> {
  let extensions = await tx.query<Extension[]>(STATE, [EXTENSIONS]);
  if (extensions.some(({ schema }) => schema === null)) {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [EXTENSIONS_LOCK]);
    extensions = await tx.query<Extension[]>(STATE, [EXTENSIONS]);
  }
  const obstacles: string[] = [];
  for (const extension of extensions) {
    const { name, schema, isUsable } = extension;
    if (schema === null) {
      const obstacle = await create(tx, extension, isReadOnly);
      if (obstacle) obstacles.push(obstacle);
    } else if (!isUsable) {
      obstacles.push(
        `The extension ${name} is in the schema ${schema}, which the user ${user} cannot use. Run as the owner of ` +
          `the schema: GRANT USAGE ON SCHEMA ${schema} TO ${user}`,
      );
    }
  }
  await tx.query(SET_SEARCH_PATH, [EXTENSIONS]);
  return obstacles;
}

async function create(
  tx: Transaction,
  { name, isAvailable, target, isOnAzure }: Extension,
  isReadOnly: boolean,
): Promise<string | null> {
  if (!isAvailable) {
    return (
      `The server does not have the extension ${name}. Install the contrib modules of Postgres (Debian and Ubuntu: ` +
      'apt-get install postgresql-contrib).'
    );
  }
  const statement = `CREATE EXTENSION ${name}${target ? ` SCHEMA ${target}` : ''}`;
  const problem = isReadOnly ? null : await attempt(tx, statement);
  if (!problem) return null;
  const allow = isOnAzure ? `Add ${name} to the server parameter azure.extensions. Then run` : 'Run';
  return `The extension ${name} cannot be created: ${problem}. ${allow} as an administrator: ${statement}`;
}
