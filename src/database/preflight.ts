import { DatabaseError } from './database-error.js';
import { prepareExtensions } from './preflight-extensions.js';
import { attempt } from './savepoint.js';
import type { Transaction } from './transaction.js';

/** Sequences and functions that the migrations create, in addition to the tables of the entities. */
export const OTHER_NAMES = [
  'session_fencing_token',
  'search_key',
  'second_spelling',
  'symbols_of',
  'note_contact_write',
];

export interface PreflightOptions {
  /**
   * `empty`: no migrations. `foreign`: the table `migration` belongs to another program. `behind`: some migrations are
   * missing.
   */
  state: 'empty' | 'foreign' | 'behind';
  /** Tables that the migrations create. */
  tables: readonly string[];
  /** Setting DATABASE_SCHEMA. */
  schema: string | undefined;
}

/** The database as the connection sees it. Names are quoted as SQL requires. */
interface Facts {
  version: string;
  versionNumber: number;
  encoding: string;
  isReadOnly: boolean;
  database: string;
  user: string;
  path: string;
  /** Schema for new tables; null if the user cannot use any schema of the search path. */
  current: string | null;
  canCreate: boolean | null;
}

const FACTS = `
  SELECT current_setting('server_version') AS version,
    current_setting('server_version_num')::int AS "versionNumber",
    current_setting('server_encoding') AS encoding,
    current_setting('transaction_read_only')::boolean AS "isReadOnly",
    quote_ident(current_database()) AS database, quote_ident(current_user) AS user,
    current_setting('search_path') AS path, quote_ident(current_schema()) AS current,
    has_schema_privilege(current_schema(), 'CREATE') AS "canCreate"`;

/**
 * Checks the requirements of the migrations, creates schema and extensions if they are missing, and sets the search
 * path of the transaction so that the migrations find the extensions.
 *
 * @param tx is rolled back if this function throws, so that nothing is changed
 * @throws DatabaseError with all missing requirements, and how to meet each of them
 */
export async function prepareDatabase(tx: Transaction, options: PreflightOptions): Promise<void> {
  const schemaProblem = options.schema ? await createSchema(tx, options.schema) : null;
  const [facts] = await tx.query<[Facts]>(FACTS);
  const obstacles = [
    ...serverObstacles(facts),
    ...(schemaProblem ? [schemaProblem] : schemaObstacles(facts, options)),
    ...(await nameObstacles(tx, facts, options)),
    ...(await prepareExtensions(tx, facts)),
  ];
  if (obstacles.length === 0) return;
  const list = obstacles.map((obstacle) => `\n- ${obstacle}`).join('');
  throw new DatabaseError(`The database ${facts.database} cannot be used yet. Nothing was changed.${list}`);
}

/** @returns why a missing schema cannot be created; null if it exists now, or the database is read-only */
async function createSchema(tx: Transaction, schema: string): Promise<string | null> {
  const [{ isMissing, user }] = await tx.query<[{ isMissing: boolean; user: string }]>(
    `SELECT to_regnamespace($1) IS NULL AND NOT current_setting('transaction_read_only')::boolean AS "isMissing",
       quote_ident(current_user) AS user`,
    [schema],
  );
  const problem = isMissing ? await attempt(tx, `CREATE SCHEMA ${schema}`) : null;
  return (
    problem &&
    `The schema ${schema} does not exist, and cannot be created: ${problem}. Run as the owner of the database: ` +
      `CREATE SCHEMA ${schema} AUTHORIZATION ${user}`
  );
}

function serverObstacles({ version, versionNumber, encoding, isReadOnly, database, user }: Facts): string[] {
  const obstacles = [];
  if (versionNumber < 150_000)
    obstacles.push(`Postgres ${version} is too old: version 15 or later is required. Upgrade the server.`);
  if (encoding !== 'UTF8') {
    obstacles.push(
      `The encoding of the database is ${encoding}, which cannot store all names. Create another database, and set ` +
        `DATABASE_URL to it: CREATE DATABASE whatsapp_contacts ENCODING 'UTF8' TEMPLATE template0`,
    );
  }
  if (isReadOnly) {
    obstacles.push(
      'Transactions are read-only (default_transaction_read_only). Some providers set this when the disk is full. ' +
        `To reset it, run: ALTER ROLE ${user} RESET default_transaction_read_only; ` +
        `ALTER ROLE ${user} IN DATABASE ${database} RESET default_transaction_read_only; ` +
        `ALTER DATABASE ${database} RESET default_transaction_read_only`,
    );
  }
  return obstacles;
}

function schemaObstacles(
  { current, canCreate, isReadOnly, user, path }: Facts,
  { schema }: PreflightOptions,
): string[] {
  if (current === null && schema) {
    // It may be missing only because the transaction is read-only.
    if (isReadOnly) return [];
    return [
      `The user ${user} cannot use the schema ${schema}. Run as its owner: ` +
        `GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${user}`,
    ];
  }
  if (current === null) {
    return [
      `There is no schema to create tables in: the search_path (${path || 'empty'}) does not contain a schema that ` +
        `the user ${user} can use. Set DATABASE_SCHEMA, for example to whatsapp_contacts.`,
    ];
  }
  if (canCreate) return [];
  return [
    `The user ${user} cannot create tables in the schema ${current}. Run as its owner: ` +
      `GRANT CREATE ON SCHEMA ${current} TO ${user}. If another user owns the tables, migrate as that user ` +
      '(node dist/database/migrate.js), then run deploy/postgres/roles.sql.',
  ];
}

/** Finds relations, types and functions of other programs, and tables of this service in another schema. */
async function nameObstacles(
  tx: Transaction,
  { current }: Facts,
  { state, tables }: PreflightOptions,
): Promise<string[]> {
  if (state === 'behind' || current === null) return [];
  const names = [...tables, ...OTHER_NAMES, ...(state === 'foreign' ? ['migration'] : [])];
  const [{ taken, elsewhere }] = await tx.query<[{ taken: string[] | null; elsewhere: string | null }]>(
    `SELECT
       (SELECT array_agg(DISTINCT name ORDER BY name) FROM (
          SELECT relname::text AS name, relnamespace AS schema FROM pg_class
          UNION ALL SELECT typname, typnamespace FROM pg_type
          UNION ALL SELECT proname, pronamespace FROM pg_proc) object
        WHERE name = ANY ($1) AND schema = $2::regnamespace) AS taken,
       (SELECT quote_ident(name) FROM unnest(current_schemas(false)) AS name
        WHERE name <> current_schema()
          AND to_regclass(format('%I.session_fencing_token', name)) IS NOT NULL LIMIT 1) AS elsewhere`,
    [names, current],
  );
  if (taken) {
    return [
      `The schema ${current} contains objects of another program, or of an unreleased version of the service, with ` +
        `names that the service needs: ${taken.join(', ')}. Use a separate database, or set DATABASE_SCHEMA to ` +
        'create the tables in a separate schema, for example DATABASE_SCHEMA=whatsapp_contacts.',
    ];
  }
  if (!elsewhere) return [];
  return [
    `The tables of the service are in the schema ${elsewhere}, but ${current} is the first schema of the ` +
      `search_path. To use the existing tables, set DATABASE_SCHEMA=${elsewhere}. To create another deployment, set ` +
      `DATABASE_SCHEMA=${current}.`,
  ];
}
