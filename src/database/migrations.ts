import type { DataSource } from 'typeorm';
import { type Entities, migrationDataSource } from './data-source.js';
import { DatabaseError, toDatabaseError } from './database-errors.js';

/** Any number of our own; the same in every version, so that all processes wait for one another. */
const MIGRATION_LOCK = 4_203_888;

/**
 * Brings the database to the schema of this version. Safe to be called by many processes at once: one migrates,
 * the others wait. A streaming replica is only checked.
 * @throws DatabaseError when the database is unreachable, refuses us, or is newer than this code
 */
export async function migrate(url: string, entities: Entities): Promise<void> {
  const dataSource = migrationDataSource(url, entities);
  try {
    await dataSource.initialize();
    if (await isReplica(dataSource)) return await requireSchema(dataSource);
    await underLock(dataSource, async () => {
      // A role that may create no tables can start when there is nothing to do.
      if (await isBehind(dataSource)) await dataSource.runMigrations({ transaction: 'all' });
    });
  } catch (error) {
    throw toDatabaseError(error, url);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}

/** A streaming replica, from which the API can be served; its primary is migrated by those who write. */
async function isReplica(dataSource: DataSource): Promise<boolean> {
  const [{ replica }] = await dataSource.query<[{ replica: boolean }]>(
    'SELECT pg_is_in_recovery() AS replica',
  );
  return replica;
}

async function requireSchema(dataSource: DataSource): Promise<void> {
  if (!(await isBehind(dataSource))) return;
  throw new DatabaseError(
    'The database is a replica of one that is not migrated to this version of the service yet: start a process with ' +
      'the DATABASE_URL of the primary first.',
  );
}

/** Holds a lock of a transaction, not of a session: connection poolers keep the former. */
async function underLock(dataSource: DataSource, work: () => Promise<void>): Promise<void> {
  await dataSource.transaction(async (lock) => {
    await lock.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await work();
  });
}

/**
 * Whether migrations of this version are not applied yet.
 * @throws DatabaseError when the database is newer than this code
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
      `The database is newer than this version of the service: it holds the migration ${unknown.name}, ` +
        'which is unknown here. Run the newer version, or restore a backup from before it.',
    );
  }
  return applied.length < known.size;
}
