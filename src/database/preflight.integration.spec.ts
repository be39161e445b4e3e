import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { migrateDatabase } from '../../test/support/migrate-database.js';
import { createDatabase, createRole, type TestDatabase } from '../../test/support/test-database.js';

const IN_PUBLIC = 'GRANT CREATE ON SCHEMA public TO';

describe('the check before the first migration', () => {
  let database: TestDatabase;
  let role: Awaited<ReturnType<typeof createRole>>;

  const create = async (options = 'TEMPLATE template0') => {
    database = await createDatabase(options);
    role = await createRole(database);
  };
  const drop = async () => {
    await database.drop();
    await role.drop();
  };
  const run = async (...statements: string[]) => {
    for (const statement of statements) await database.query(statement);
  };
  /** Names of all relations and extensions that are not part of Postgres. */
  const contents = async () => {
    const rows = await database.query<{ name: string }>(
      `SELECT nspname || '.' || relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE nspname NOT LIKE 'pg_%' AND nspname <> 'information_schema'
       UNION ALL SELECT extname FROM pg_extension UNION ALL SELECT nspname FROM pg_namespace ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  };
  /** Returns the lines of the error, and verifies that the database has not changed. */
  const refused = async (schema?: string, url = role.url) => {
    const before = await contents();
    const error = (await migrateDatabase(url, schema).catch((cause: unknown) => cause)) as Error;
    expect(error).toMatchObject({ name: 'DatabaseError' });
    expect(await contents()).toEqual(before);
    const [first, ...obstacles] = error.message.split('\n- ');
    if (obstacles.length > 0) expect(first).toMatch(/cannot be used yet. Nothing was changed.$/);
    return obstacles.length > 0 ? obstacles : [first];
  };

  beforeEach(() => create());
  afterEach(drop);

  it('reports everything that is missing at once, each with its remedy', async () => {
    await drop();
    await create(`ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`);
    await run('CREATE TABLE session (a int)', 'CREATE TABLE contact (a int)');
    const { name } = role;
    expect(await refused()).toEqual([
      expect.stringMatching(/encoding of the database is SQL_ASCII.* ENCODING 'UTF8' TEMPLATE template0$/),
      expect.stringMatching(
        new RegExp(`cannot create tables in the schema public.*${IN_PUBLIC} ${name}\\. If`),
      ),
      expect.stringMatching(
        /schema public contains .*names that the service needs: contact, session\. .*DATABASE_SCHEMA/,
      ),
      expect.stringMatching(
        /pg_trgm cannot be created: permission denied .* CREATE EXTENSION pg_trgm SCHEMA public$/,
      ),
      expect.stringMatching(
        /btree_gin cannot be created: permission denied .* EXTENSION btree_gin SCHEMA public$/,
      ),
    ]);
  });

  it('succeeds when the remedies were applied', async () => {
    await refused();
    await run(
      `${IN_PUBLIC} ${role.name}`,
      'CREATE EXTENSION pg_trgm SCHEMA public',
      'CREATE EXTENSION btree_gin',
    );
    await migrateDatabase(role.url);
    expect(await database.query('SELECT name FROM session')).toEqual([{ name: 'default' }]);
  });

  it('rejects an encoding that cannot store all names', async () => {
    await drop();
    await create(`ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`);
    expect((await refused(undefined, database.url)).join()).toMatch(/encoding of the database is LATIN1/);
  });

  it.each([
    ['extensions', 'extensions'],
    ['quoted', '"My Extensions"'],
  ])('finds extensions in a schema outside of the search path: %s', async (_, schema) => {
    await run(`CREATE SCHEMA ${schema}`, `${IN_PUBLIC} ${role.name}`);
    for (const name of ['pg_trgm', 'btree_gin']) await run(`CREATE EXTENSION ${name} SCHEMA ${schema}`);
    const missing = expect.stringContaining(`GRANT USAGE ON SCHEMA ${schema} TO ${role.name}`);
    expect(await refused()).toEqual([missing, missing]);
    await run(`GRANT USAGE ON SCHEMA ${schema} TO ${role.name}`);
    await migrateDatabase(role.url);
    await migrateDatabase(role.url);
  });

  it('does not mistake the migrations of another program for those of a newer version', async () => {
    await run(
      'CREATE TABLE migration (id serial, timestamp bigint, name text)',
      `INSERT INTO migration (timestamp, name) VALUES (1690000000000, 'Users1690000000000')`,
    );
    expect(await refused(undefined, database.url)).toEqual([
      expect.stringMatching(/contains objects of another program.* that the service needs: migration\. /),
    ]);
  });

  it.each([
    ['a table with other columns', 'CREATE TABLE migration (version text)', 'migration'],
    ['a view', 'CREATE VIEW webhook AS SELECT 1 AS a', 'webhook'],
    ['a type', `CREATE TYPE contact AS ENUM ('a')`, 'contact'],
    ['a function', 'CREATE FUNCTION search_key(a int) RETURNS int LANGUAGE sql RETURN a', 'search_key'],
  ])('reports %s that has a name of the service', async (_, statement, name) => {
    await run(statement);
    expect((await refused(undefined, database.url)).join()).toContain(`that the service needs: ${name}. `);
  });

  it('reports that the database is newer', async () => {
    await migrateDatabase(database.url);
    await run(`INSERT INTO migration (timestamp, name) VALUES (1, 'Later1990000000000')`);
    expect((await refused()).join()).toMatch(/permission denied|cannot create or change tables/);
    expect((await refused(undefined, database.url)).join()).toMatch(
      /newer than this version.*Later1990000000000/,
    );
  });

  it('continues after a failed start of an earlier version, which left an empty table behind', async () => {
    await run(
      'CREATE TABLE migration (id serial PRIMARY KEY, timestamp bigint NOT NULL, name varchar NOT NULL)',
      'CREATE TABLE typeorm_metadata (type varchar NOT NULL, database varchar, schema varchar, ' +
        '"table" varchar, name varchar, value text)',
    );
    await migrateDatabase(database.url);
  });

  it.each([
    [`''`, /no schema to create tables in/],
    ['nowhere', /the search_path \(nowhere\) does not contain a schema .* can use\. Set DATABASE_SCHEMA/],
  ])('reports that no schema of the search path %s exists', async (path, expected) => {
    await run(`ALTER ROLE ${role.name} SET search_path = ${path}`);
    expect((await refused()).join('\n')).toMatch(expected);
  });

  it('reports that transactions are read-only, also for the owner', async () => {
    const [{ name } = { name: '' }] = await database.query<{ name: string }>(
      'SELECT current_database() AS name',
    );
    await run(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    expect(await refused('app', database.url)).toEqual([
      expect.stringMatching(`ALTER DATABASE ${name} RESET default_transaction_read_only$`),
    ]);
  });

  it('creates DATABASE_SCHEMA if the user may, and reports the statement otherwise', async () => {
    await run('CREATE EXTENSION pg_trgm', 'CREATE EXTENSION btree_gin', 'CREATE TABLE session (a int)');
    expect(await refused('app')).toEqual([
      expect.stringMatching(`schema app does not exist.*CREATE SCHEMA app AUTHORIZATION ${role.name}$`),
    ]);
    await run(`CREATE SCHEMA app`);
    expect(await refused('app')).toEqual([
      expect.stringContaining(`GRANT USAGE, CREATE ON SCHEMA app TO ${role.name}`),
    ]);
    await run(`GRANT USAGE, CREATE ON SCHEMA app TO ${role.name}`);
    await migrateDatabase(role.url, 'app');
    await migrateDatabase(database.url, 'other');
    expect(
      await database.query('SELECT name FROM app.session UNION ALL SELECT name FROM other.session'),
    ).toHaveLength(2);
  });

  it('does not create the tables again when another schema comes first in the search path', async () => {
    await migrateDatabase(database.url);
    await run(`CREATE SCHEMA ${role.name} AUTHORIZATION ${role.name}`);
    expect(await refused()).toEqual([
      expect.stringMatching(`schema public, but ${role.name} is the first .* DATABASE_SCHEMA=public\\.`),
    ]);
  });

  it('ignores timeouts and the isolation level of the database', async () => {
    const [{ name } = { name: '' }] = await database.query<{ name: string }>(
      'SELECT current_database() AS name',
    );
    for (const setting of [
      'statement_timeout = 500',
      'lock_timeout = 5',
      'idle_in_transaction_session_timeout = 1000',
      `default_transaction_isolation = 'serializable'`,
      'standard_conforming_strings = off',
    ])
      await run(`ALTER DATABASE ${name} SET ${setting}`);
    await Promise.all([1, 2, 3].map(() => migrateDatabase(database.url)));
  });
});
