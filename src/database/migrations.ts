import type { DataSource } from 'typeorm';
import { toDatabaseError } from './connection-errors.js';
import { type Entities, migrationDataSource } from './data-source.js';
import { DatabaseError } from './database-error.js';

/** Arbitrary number, equal in all versions of the service, so that all processes wait for each other. */
const MIGRATION_LOCK = 4_203_888;

/**
 * Migrates the database to the schema of this version. If several processes call it, one migrates and the others wait.
 * A streaming replica is only checked.
 * @throws DatabaseError if the database is unreachable, rejects the connection, or is newer than this version
 */
export async function migrate(url: string, entities: Entities): Promise<void> {
  const dataSource = migrationDataSource(url, entities);
  try {
    await dataSource.initialize();
    if (await isReplica(dataSource)) return await requireSchema(dataSource);
    await underLock(dataSource, async () => {
      // A database user without permission to create tables can start if no migrations are due.
      if (await isBehind(dataSource)) await dataSource.runMigrations({ transaction: 'all' });
    });
  } catch (error) {
    throw toDatabaseError(error, url);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}

/** Returns whether the database is a streaming replica. Processes that write migrate its primary. */
async function isReplica(dataSource: DataSource): Promise<boolean> {
  const [{ replica }] = await dataSource.query<[{ replica: boolean }]>(
    'SELECT pg_is_in_recovery() AS replica',
  );
  return replica;
}

async function requireSchema(dataSource: DataSource): Promise<void> {
  if (!(await isBehind(dataSource))) return;
  throw new DatabaseError(
    'The primary of this replica is not migrated to this version of the service yet: start a process with the ' +
      'DATABASE_URL of the primary first.',
  );
}

/** Uses a transaction lock, because session locks do not work with connection poolers. */
async function underLock(dataSource: DataSource, work: () => Promise<void>): Promise<void> {
  await dataSource.transaction(async (lock) => {
    await lock.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await work();
  });
}

/**
 * Returns whether migrations of this version are not applied yet.
 * @throws DatabaseError if the database is newer than this version
 */
async function isBehind(dataSource: DataSource): Promise<boolean> {
  const [{ exists }] = await dataSource.query<[{ exists: boolean }]>(
    `SELECT to_regclass('migration') IS NOT NULL AS exists`,
  );
  if (!exists) return true;
  const known = new Set(dataSource.migrations.map((migration) => migration.name));
  const applied = await dataSource.query<{ name: string }[]>('SELECT name FROM migration ORDER BY id');
  const unknown = applied.filter(({ name }) => !known.has(name)).at(-1);
  if (unknown) {
    throw new DatabaseError(
      `The database is newer than this version of the service: it contains the unknown migration ${unknown.name}. ` +
        'Run the newer version, or restore a backup from before that migration.',
    );
  }
  return applied.length < known.size;
}
