import { type DataSource, MigrationExecutor } from 'typeorm';
import { toDatabaseError } from './connection-errors.js';
import { type Entities, migrationDataSource } from './data-source.js';
import { DatabaseError } from './database-error.js';
import { limitLockWaits, untilLocksAvailable } from './lock-retries.js';
import { recordOldestVersions, requireCompatible } from './oldest-version.js';
import type { Transaction } from './transaction.js';

/** Arbitrary number, equal in all versions of the service, so that all processes wait for each other. */
const MIGRATION_LOCK = 4_203_888;

/**
 * Migrates the database to the schema of this version. If several processes call it, one migrates and the others wait.
 * A streaming replica is only checked.
 * @throws DatabaseError if the database is unreachable, rejects the connection, or does not support this version
 */
export async function migrate(url: string, entities: Entities): Promise<void> {
  const dataSource = migrationDataSource(url, entities);
  try {
    await dataSource.initialize();
    if (await isReplica(dataSource)) return await requireSchema(dataSource);
    await untilLocksAvailable(dataSource, () =>
      dataSource.transaction((tx) => migrateInTransaction(dataSource, tx)),
    );
  } catch (error) {
    throw toDatabaseError(error, url);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}

async function migrateInTransaction(dataSource: DataSource, tx: Transaction): Promise<void> {
  await tx.query('SET LOCAL lock_timeout = 0');
  // A transaction lock, because session locks do not work with connection poolers.
  await tx.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
  // A database user without permission to create tables can start if no migrations are due.
  if (!(await isBehind(dataSource, tx))) return;
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
  if (!(await isBehind(dataSource, dataSource.manager))) return;
  throw new DatabaseError(
    'The primary of this replica is not migrated to this version of the service yet: start a process with the ' +
      'DATABASE_URL of the primary first.',
  );
}

/**
 * Returns whether migrations of this version are not applied yet.
 * @throws DatabaseError if the database contains migrations that this version cannot run on
 */
async function isBehind({ migrations }: DataSource, database: Pick<Transaction, 'query'>): Promise<boolean> {
  const [{ exists }] = await database.query<[{ exists: boolean }]>(
    `SELECT to_regclass('migration') IS NOT NULL AS exists`,
  );
  if (!exists) return true;
  const rows = await database.query<{ name: string }[]>('SELECT name FROM migration');
  const applied = rows.map(({ name }) => name);
  const known = migrations.map(({ name }) => name ?? '');
  const unknown = applied.filter((name) => !known.includes(name));
  await requireCompatible(database, unknown);
  return known.length > applied.length - unknown.length;
}
