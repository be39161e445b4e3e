import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import {
  type EmbeddedPostgresServer,
  startEmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';
import { eventually, Service } from '../support/service.js';

const execute = promisify(execFile);

const NAMES = ['Anna', 'Ben'];

describe('the API on a streaming replica', () => {
  let folder: string;
  let primary: EmbeddedPostgresServer;
  let replica: EmbeddedPostgresServer;
  let api: Service;

  const start = (name: string) => startEmbeddedPostgres({ dataDir: join(folder, name), log: () => {} });
  const data = (name: string) => join(folder, name, 'postgres', 'data');
  const runOn = async <Row extends pg.QueryResultRow>(url: string, sql: string, values: unknown[] = []) => {
    const client = new pg.Client(url);
    await client.connect();
    return (await client.query<Row>(sql, values).finally(() => client.end())).rows;
  };
  const run = (sql: string, values?: unknown[]) => runOn(primary.url, sql, values);
  const sessionsOn = async (server: EmbeddedPostgresServer) =>
    (await runOn<{ name: string }>(server.url, 'SELECT name FROM session')).map(({ name }) => name);
  const save = (name: string) =>
    run(
      `INSERT INTO contact (account_id, jid, saved, full_name)
       SELECT account_id, $2 || '@s.whatsapp.net', true, $1 FROM session WHERE name = 'default'`,
      [name, `49170000000${NAMES.indexOf(name)}`],
    );
  const listed = async () => {
    const { status, body } = await api.get<{ full_name: string }[]>('/getcontacts');
    return status === 200 ? body.map(({ full_name: name }) => name) : [];
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whatsapp-contacts-replica-'));
    primary = await start('primary');
    await (await Service.start({ DATABASE_URL: primary.url, ROLE: 'api' })).stop();
    await run(
      `WITH a AS (INSERT INTO account (jid, linked_at) VALUES ('491510000000@s.whatsapp.net', now()) RETURNING id)
       UPDATE session SET account_id = a.id FROM a`,
    );
    await save('Anna');
    await primary.stop();
    // With the owner of each file, who is not ourselves where the tests run as root.
    await execute('cp', ['-a', join(folder, 'primary'), join(folder, 'replica')]);
    primary = await start('primary');
    const { port, username, password } = new URL(primary.url);
    await writeFile(join(data('replica'), 'standby.signal'), '');
    await appendFile(
      join(data('replica'), 'postgresql.auto.conf'),
      `\nprimary_conninfo = 'host=127.0.0.1 port=${port} user=${username} password=${password}'\n`,
    );
    replica = await start('replica');
    api = await Service.start({ DATABASE_URL: replica.url, ROLE: 'api' });
  });

  afterAll(async () => {
    await api?.stop();
    await replica?.stop();
    await primary.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is ready, and follows the primary', async () => {
    expect((await api.get('/readyz')).status).toBe(200);
    expect(await listed()).toEqual(['Anna']);
    await save('Ben');
    await eventually('the second contact is there', async () => (await listed()).length === 2);
  });

  it('answers 503 to requests that write', async () => {
    const { status, body } = await api.request<{ message: string }>('/contacts/491700000000/refresh', {
      method: 'POST',
    });
    expect([status, body.message]).toEqual([503, expect.stringMatching(/database is not available/)]);
  });

  it('answers 503 to a ticket, which it cannot delete, and 401 to one that does not exist', async () => {
    const locked = await Service.start({ DATABASE_URL: replica.url, ROLE: 'api', API_KEY: 'k'.repeat(40) });
    const codeFor = async (letter: string) => {
      const path = `/changes/stream?ticket=wst_${letter.repeat(43)}`;
      return (await locked.get<{ code: string }>(path)).body.code;
    };
    await run(
      `INSERT INTO stream_ticket (hash, session, expires_at)
       VALUES (sha256(convert_to('wst_' || repeat('a', 43), 'UTF8')), 'default', now() + interval '1 min')`,
    );
    await eventually('the ticket is found', async () => (await codeFor('a')) === 'database_unavailable');
    expect(await codeFor('b')).toBe('ticket_invalid');
    await locked.stop();
  });

  it('moves to the replica when it is promoted, with both servers in DATABASE_URL', async () => {
    const both = new URL(replica.url);
    const servers = both.href.replace(both.host, `${both.host},${new URL(primary.url).host}`);
    const service = await Service.start({
      DATABASE_URL: `${servers}?target_session_attrs=read-write`,
      ROLE: 'api',
    });
    const create = async (name: string) =>
      (await service.request('/sessions', { method: 'POST', json: { name } })).status;
    try {
      expect(await create('before')).toBe(201);
      await eventually('the session is on the replica', async () =>
        (await sessionsOn(replica)).includes('before'),
      );
      await primary.stop();
      await eventually('the service is not ready', async () => (await service.get('/readyz')).status === 503);
      await runOn(replica.url, 'SELECT pg_promote()');
      await eventually(
        'the service is ready again',
        async () => (await service.get('/readyz')).status === 200,
      );
      expect(await create('after')).toBe(201);
      expect(await sessionsOn(replica)).toEqual(expect.arrayContaining(['before', 'after']));
    } finally {
      await service.stop();
    }
  });
});
