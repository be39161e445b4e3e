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
  const run = async (sql: string, values: unknown[] = []) => {
    const client = new pg.Client(primary.url);
    await client.connect();
    await client.query(sql, values).finally(() => client.end());
  };
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
});
