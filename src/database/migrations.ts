import { type DataSource, MigrationExecutor } from 'typeorm';
import { toDatabaseError } from './connection-errors.js';
import { type Entities, migrationDataSource } from './data-source.js';
import { DatabaseError } from './database-error.js';
import { sqlStateOf } from './database-errors.js';
import { limitLockWaits, untilLocksAvailable } from './lock-retries.js';
import { recordOldestVersions, requireCompatible } from './oldest-version.js';
import { prepareDatabase } from './preflight.js';
import type { Transaction } from './transaction.js';

/** Arbitrary number, equal in all versions of the service, so that all processes of a schema wait for each other. */
const MIGRATION_LOCK = 4_203_888;

/**
 * SQL that turns off timeouts of the database or role, because the migration transaction waits for other processes and
 * can rewrite tables. Skips timeouts that the Postgres version does not have.
 */
const WITHOUT_TIMEOUTS = `SELECT set_config(name, '0', true) FROM pg_settings
  WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')`;

/** `foreign`: the table `migration` belongs to another program. */
type MigrationState = 'empty' | 'foreign' | 'behind' | 'current';

/** A connection pooler does not apply the search_path of DATABASE_SCHEMA to its connections. */
class SchemaIgnored extends DatabaseError {
  constructor(schema: string, options?: ErrorOptions) {
    super(
      `The connection pooler does not support DATABASE_SCHEMA "${schema}", because it does not forward search_path. ` +
        'Connect to Postgres directly. Or remove DATABASE_SCHEMA, run these statements as the user of DATABASE_URL, ' +
        `and restart the pooler: CREATE SCHEMA IF NOT EXISTS ${schema}; ` +
        `ALTER ROLE CURRENT_USER SET search_path = ${schema}`,
      options,
    );
  }
}

/**
 * Migrates the database to the schema of this version, in one transaction. If several processes call it, one migrates
 * and the others wait. A streaming replica is only checked.
 *
 * @param schema setting DATABASE_SCHEMA; created if missing
 * @throws DatabaseError if the database is unreachable, rejects the connection, lacks something that the migrations
 *   need, or is newer than this version
 */
export async function migrate(url: string, entities: Entities, schema?: string): Promise<void> {
  const dataSource = await migrationDataSource(url, entities);
  try {
    await dataSource.initialize();
    if (await isReplica(dataSource)) return await requireSchema(dataSource);
    await untilLocksAvailable(dataSource, () =>
      dataSource.transaction((tx) => migrateInTransaction(dataSource, tx, schema)),
    );
  } catch (error) {
    // pgbouncer uses this code for all errors.
    const isOptionRefused =
      schema && sqlStateOf(error) === '08P01' && /startup parameter/.test(String(error));
    throw isOptionRefused ? new SchemaIgnored(schema, { cause: error }) : toDatabaseError(error, url);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}

async function migrateInTransaction(dataSource: DataSource, tx: Transaction, schema?: string): Promise<void> {
  await tx.query(WITHOUT_TIMEOUTS);
  if (schema) await requireSearchPath(tx, schema);
  // A transaction lock, because session locks do not work with connection poolers.
  await tx.query('SELECT pg_advisory_xact_lock($1, hashtext(coalesce($2, current_schema(), $3)))', [
    MIGRATION_LOCK,
    schema,
    '',
  ]);
  const state = await readState(dataSource, tx);
  // A database user without permission to create tables can start if no migrations are due.
  if (state === 'current') return;
  const tables = dataSource.entityMetadatas.map(({ tableName }) => tableName);
  await prepareDatabase(tx, { state, tables, schema });
  await limitLockWaits(tx);
  await new MigrationExecutor(dataSource, tx.queryRunner).executePendingMigrations();
  await recordOldestVersions(tx, dataSource.migrations);
}

/** Returns whether the database is a streaming replica. Processes that write migrate its primary. */
async function isReplica(dataSource: DataSource): Promise<boolean> {
  const [{ replica }] = await dataSource.query<[{ replica: boolean }]>(
    'SELECT pg_is_in_recovery() AS replica',
  );
  return replica;
}

async function requireSchema(dataSource: DataSource): Promise<void> {
  if ((await readState(dataSource, dataSource.manager)) === 'current') return;
  throw new DatabaseError(
    'The primary of this replica is not migrated to this version of the service yet: start a process with the ' +
      'DATABASE_URL of the primary first.',
  );
}

/** @throws DatabaseError if the connection does not use the schema */
async function requireSearchPath(tx: Transaction, schema: string): Promise<void> {
  const [{ path }] = await tx.query<[{ path: string }]>(`SELECT current_setting('search_path') AS path`);
  if (path.replaceAll('"', '') !== schema) throw new SchemaIgnored(schema);
}

/**
 * Compares the migrations in the current schema with those of this version.
 * @throws DatabaseError if the database contains migrations that this version cannot run on
 */
async function readState(
  { migrations }: DataSource,
  database: { query<T>(sql: string): Promise<T> },
): Promise<MigrationState> {
  const [table] = await database.query<{ columns: number }[]>(
    `SELECT count(a.attname)::int AS columns FROM pg_class c
     LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('id', 'timestamp', 'name')
     WHERE c.oid = to_regclass(quote_ident(current_schema()) || '.migration') GROUP BY c.oid`,
  );
  if (!table) return 'empty';
  if (table.columns < 3) return 'foreign';
  const known = new Set(migrations.map((migration) => migration.name));
  const applied = await database.query<{ name: string }[]>('SELECT name FROM migration ORDER BY id');
  // A failed start of an earlier version can leave an empty table.
  if (applied.length === 0) return 'empty';
  if (!applied.some(({ name }) => known.has(name))) return 'foreign';
  const unknown = applied.map(({ name }) => name).filter((name) => !known.has(name));
  await requireCompatible(database, unknown);
  return applied.length - unknown.length < known.size ? 'behind' : 'current';
}
