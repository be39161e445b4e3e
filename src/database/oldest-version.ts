import type { MigrationInterface } from 'typeorm';
import { VERSION } from '../kernel/config/version.js';
import { DatabaseError } from './database-error.js';
import type { Transaction } from './transaction.js';

/** A migration that states the oldest version of the service that can run on the resulting schema. */
export interface VersionedMigration extends MigrationInterface {
  /** For example 0.2.0; undefined in migrations before 1800000021000. */
  oldestVersion?: string;
}

interface AppliedMigration {
  name: string;
  oldestVersion: string | null;
}

/** Runs SQL, in a transaction or outside of one. */
type Database = Pick<Transaction, 'query'>;

/** Stores the oldest version of each migration, for versions of the service that do not contain the migration. */
export async function recordOldestVersions(tx: Transaction, migrations: VersionedMigration[]): Promise<void> {
  const versioned = migrations.filter(({ oldestVersion }) => oldestVersion);
  await tx.query(
    `UPDATE migration m SET oldest_version = v.version FROM unnest($1::text[], $2::text[]) AS v (name, version)
     WHERE m.name = v.name AND m.oldest_version IS DISTINCT FROM v.version`,
    [versioned.map(({ name }) => name), versioned.map(({ oldestVersion }) => oldestVersion)],
  );
}

/**
 * Checks that this version of the service can run on migrations that it does not contain, because a newer version has
 * applied them.
 * @throws DatabaseError if one of them requires a newer version, or does not state which version it requires
 */
export async function requireCompatible(
  database: Database,
  unknown: string[],
  version = VERSION,
): Promise<void> {
  if (unknown.length === 0) return;
  // Returns null if the column is missing, which the first migration that states a version has added.
  const applied = await database.query<AppliedMigration[]>(
    `SELECT name, to_jsonb(m) ->> 'oldest_version' AS "oldestVersion" FROM migration m
     WHERE name = ANY ($1) ORDER BY id`,
    [unknown],
  );
  const refusing = applied.findLast(
    ({ oldestVersion }) => oldestVersion === null || isOlder(version, oldestVersion),
  );
  if (!refusing) return;
  const required = refusing.oldestVersion
    ? `, which requires version ${refusing.oldestVersion} or later`
    : '';
  throw new DatabaseError(
    `The database is newer than this version of the service (${version}): it contains the unknown migration ` +
      `${refusing.name}${required}. Run the newer version, or restore a backup from before that migration.`,
  );
}

/** Compares two versions of the form 0.2.0. A prerelease such as 0.2.0-rc.1 counts as its release. */
export function isOlder(version: string, than: string): boolean {
  const parts = (text: string) => text.split('-')[0]?.split('.').map(Number) ?? [];
  const theirs = parts(than);
  const ours = parts(version);
  const at = theirs.findIndex((part, i) => part !== ours[i]);
  return at >= 0 && (ours[at] ?? 0) < (theirs[at] ?? 0);
}
