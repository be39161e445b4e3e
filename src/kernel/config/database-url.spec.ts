import { describe, expect, it } from '@jest/globals';
import { parseDatabaseUrl, readDatabaseUrl } from './database-url.js';

describe('parseDatabaseUrl', () => {
  const server = (host: string, port = 5432) => ({ host, port });

  it.each([
    ['postgres://db/contacts', [server('db')]],
    ['postgres://me:secret@db:6432/contacts', [server('db', 6432)]],
    ['postgres://me@[::1]:6432/contacts', [server('::1', 6432)]],
    [
      'postgres://me:secret@db1:5433,db2,[fe80::1]:5434/contacts',
      [server('db1', 5433), server('db2'), server('fe80::1', 5434)],
    ],
    ['postgres://me:secret@%2Fvar%2Frun%2Fpostgresql/contacts', [server('/var/run/postgresql')]],
    ['postgres://me:secret@/contacts?host=/cloudsql/a:b:c', [server('/cloudsql/a:b:c')]],
    ['postgres:///contacts?host=/run/postgresql&port=5433', [server('/run/postgresql', 5433)]],
    ['postgres://me@/contacts?host=db1,db2&port=5433,5434', [server('db1', 5433), server('db2', 5434)]],
    ['postgres://me@db1,db2/contacts?port=5433', [server('db1', 5433), server('db2', 5433)]],
    ['postgres://me@ignored/contacts?host=db', [server('db')]],
    ['postgres://', [server('localhost')]],
  ])('reads the servers of %s', (url, servers) => {
    expect(parseDatabaseUrl(url).servers).toEqual(servers);
  });

  it('decodes user, password and database', () => {
    expect(parseDatabaseUrl('postgresql://a%40b:p%40ss%3Aw%2Fo%23r%3Fd%25@db/my%20contacts')).toMatchObject({
      user: 'a@b',
      password: 'p@ss:w/o#r?d%',
      database: 'my contacts',
    });
    expect(parseDatabaseUrl('postgres://me:p@ss@db/contacts')).toMatchObject({ password: 'p@ss' });
    expect(parseDatabaseUrl('postgres:///x?user=me&password=p%20w&dbname=contacts')).toMatchObject({
      user: 'me',
      password: 'p w',
      database: 'contacts',
    });
  });

  it('accepts parameters of other libraries', () => {
    const { parameters } = parseDatabaseUrl(
      'postgres://db/x?schema=public&pgbouncer=true&connection_limit=5',
    );
    expect(parameters).toEqual({ schema: 'public', pgbouncer: 'true', connection_limit: '5' });
  });

  it.each([
    ['mysql://db/x', /^a Postgres URL, for example/],
    ['postgres://me:pa/ss@db/x', /encodeURIComponent/],
    ['postgres://me:pa?ss@db/x', /encodeURIComponent/],
    ['postgres://me:pa#ss@db/x', /encodeURIComponent/],
    ['postgres://me:pa%ss@db/x', /encodeURIComponent/],
    ['postgres://db:70000/x', /ports from 1 to 65535/],
    ['postgres://db1,db2/x?port=1,2,3', /3 ports and 2 hosts/],
    [
      'postgres://db/x?sslmode=verify_full',
      /sslmode \(or PGSSLMODE\) is disable, .* instead of "verify_full"/,
    ],
    ['postgres://db/x?target_session_attrs=master', /target_session_attrs .* instead of "master"/],
  ])('rejects %s', (url, message) => {
    expect(() => parseDatabaseUrl(url)).toThrow(message);
  });
});

describe('readDatabaseUrl', () => {
  it('returns nothing if neither DATABASE_URL nor PGHOST is set', () => {
    expect(readDatabaseUrl({ PGUSER: 'me', PGPASSWORD: 'secret', DATABASE_URL: ' ' })).toBeUndefined();
  });

  it.each(['postgres://me:secret@db/x?sslmode=require', 'postgres:///x?host=/run', 'no URL'])(
    'returns %s unchanged, without the quotation marks that Docker does not remove',
    (url) => {
      for (const text of [url, `"${url}"`, `'${url}'`])
        expect(readDatabaseUrl({ DATABASE_URL: text })).toBe(url);
    },
  );

  it('uses the variables of libpq without DATABASE_URL', () => {
    const url = readDatabaseUrl({
      PGHOST: 'db1,db2',
      PGPORT: '5433',
      PGUSER: 'me',
      PGPASSWORD: ' p@ss/w+o#r&d%',
      PGDATABASE: 'contacts',
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: '/certs/ca.pem',
      PGTARGETSESSIONATTRS: 'read-write',
      PGOPTIONS: '-c work_mem=8MB',
    });
    expect(parseDatabaseUrl(url ?? '')).toEqual({
      servers: [
        { host: 'db1', port: 5433 },
        { host: 'db2', port: 5433 },
      ],
      user: 'me',
      password: ' p@ss/w+o#r&d%',
      database: 'contacts',
      parameters: {
        sslmode: 'verify-full',
        sslrootcert: '/certs/ca.pem',
        target_session_attrs: 'read-write',
        options: '-c work_mem=8MB',
      },
    });
  });

  it('uses them for the parts that DATABASE_URL does not contain', () => {
    const environment = {
      PGHOST: 'other',
      PGPORT: '1',
      PGUSER: 'other',
      PGPASSWORD: 'secret',
      PGDATABASE: 'other',
      PGSSLMODE: 'disable',
    };
    const read = (DATABASE_URL: string) =>
      parseDatabaseUrl(readDatabaseUrl({ ...environment, DATABASE_URL }) ?? '');
    expect(read('postgres://me@db:5433/x?sslmode=require')).toEqual({
      servers: [{ host: 'db', port: 5433 }],
      user: 'me',
      password: 'secret',
      database: 'x',
      parameters: { sslmode: 'require' },
    });
    expect(read('postgres:///x?host=/run&ssl=true')).toMatchObject({
      servers: [{ host: '/run', port: 1 }],
      user: 'other',
      parameters: { ssl: 'true' },
    });
  });
});
