import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { MigrationInterface } from 'typeorm';
import { migrateDatabase } from '../../test/support/migrate-database.js';
import { patient } from '../../test/support/patience.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { VERSION } from '../kernel/config/version.js';
import { isOlder } from './oldest-version.js';
import { PostgresClient } from './postgres-client.js';

const DIST = join(import.meta.dirname, '../../dist');
/** The first migration that states the oldest version that can run on it. */
const FIRST_VERSIONED = 'OldestVersion1800000021000';
const FIRST_VERSIONED_FILE = '1800000021000';

/** Migrations, and statements that undo them. */
const COLUMN = { name: FIRST_VERSIONED, undo: 'ALTER TABLE migration DROP oldest_version' };
const TRIGGERS = { name: 'RevisedByWrites1800000018000', undo: 'DROP FUNCTION note_contact_write() CASCADE' };

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
});

afterEach(() => database.drop());

describe('a database that a newer version has migrated', () => {
  const add = async (name: string, oldestVersion: string | null) => {
    await database.query('INSERT INTO migration (timestamp, name, oldest_version) VALUES (1, $1, $2)', [
      name,
      oldestVersion,
    ]);
  };
  const start = () => migrateDatabase(database.url);

  it('is accepted if the unknown migrations state that this version can run on them', async () => {
    await add('Newer1', '0.0.1');
    await add('Newer2', VERSION);
    await start();
  });

  it('is refused if one of them requires a newer version, which is named', async () => {
    await add('Newer1', '99.1.0');
    await add('Newer2', VERSION);
    await expect(start()).rejects.toThrow(
      /unknown migration Newer1, which requires version 99\.1\.0 or later/,
    );
  });

  it('is refused if one of them states no version', async () => {
    await add('Newer1', null);
    await expect(start()).rejects.toThrow(
      /newer than this version of the service.*unknown migration Newer1\./,
    );
  });

  it('is refused if it does not store versions yet', async () => {
    await add('Newer1', VERSION);
    await database.query('ALTER TABLE migration DROP oldest_version');
    await expect(start()).rejects.toThrow(/unknown migration Newer1\./);
  });

  it('gets the migrations of this version that are missing', async () => {
    await add('Newer1', VERSION);
    await unapply(TRIGGERS);
    await start();
    expect(await isApplied(TRIGGERS.name)).toBe(true);
  });
});

it('compares versions by their numbers', () => {
  expect(isOlder('0.9.0', '0.10.0')).toBe(true);
  expect(isOlder('0.10.0', '0.9.9')).toBe(false);
  expect(isOlder('1.0.0', '1.0.0')).toBe(false);
  expect(isOlder('1.0.0-rc.1', '1.0.0')).toBe(false);
});

it('requires each new migration to state the oldest version that can run on it', async () => {
  const files = await readdir(`${DIST}/migrations`);
  for (const file of files.filter((each) => each.endsWith('.js') && each >= FIRST_VERSIONED_FILE)) {
    const classes = Object.values((await import(`${DIST}/migrations/${file}`)) as object);
    const [migration] = classes.map((Migration: new () => MigrationInterface) => new Migration());
    expect({ file, ...migration }).toMatchObject({
      file,
      oldestVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
  }
  const [row] = await database.query<{ version: string }>(
    'SELECT oldest_version AS version FROM migration WHERE name = $1',
    [FIRST_VERSIONED],
  );
  expect(row?.version).toBe('0.2.0');
});

describe('migrating while other transactions run', () => {
  let other: PostgresClient;

  beforeEach(async () => {
    other = new PostgresClient(database.url);
    await other.connect();
  });

  afterEach(() => other.end());

  /** Runs statements during 2 s, and returns how long the slowest one took. */
  const slowestMs = async (sql: string) => {
    let slowest = 0;
    const endMs = performance.now() + 2_000;
    while (performance.now() < endMs) {
      const startMs = performance.now();
      await database.query(sql);
      slowest = Math.max(slowest, performance.now() - startMs);
      await sleep(20);
    }
    return slowest;
  };

  it.each([
    { name: 'a dump', statement: 'SELECT count(*) FROM migration', migration: COLUMN },
    { name: 'a long import', statement: 'UPDATE contact SET jid = jid WHERE false', migration: TRIGGERS },
  ])('waits for $name without blocking others', async ({ statement, migration }) => {
    await unapply(migration);
    await other.query('BEGIN');
    await other.query(statement);
    // Two processes start at the same time.
    const migrated = Promise.all([1, 2].map(() => migrateDatabase(database.url)));
    expect(await slowestMs(statement)).toBeLessThan(patient(1_200));
    expect(await isApplied(migration.name)).toBe(false);
    await other.query('ROLLBACK');
    await migrated;
    expect(await isApplied(migration.name)).toBe(true);
  });
});

async function isApplied(name: string): Promise<boolean> {
  const rows = await database.query('SELECT FROM migration WHERE name = $1', [name]);
  return rows.length > 0;
}

async function unapply({ name, undo }: typeof COLUMN): Promise<void> {
  await database.query(undo);
  await database.query('DELETE FROM migration WHERE name = $1', [name]);
}
