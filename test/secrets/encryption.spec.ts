import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Deployment } from '../support/deployment.js';
import { workerEnvironment } from '../support/memory.js';
import { eventually, Service } from '../support/service.js';

const newKey = () => randomBytes(32).toString('base64');

/** One deployment, from before encryption to the second key. */
describe('encryption at rest', () => {
  const [first, second] = [newKey(), newKey()];
  let deployment: Deployment;
  let service: Service;

  const environment = (more: Record<string, string>) => ({
    ...workerEnvironment(deployment.server),
    DATABASE_URL: deployment.database.url,
    ...more,
  });
  const secrets = () =>
    deployment.database.query<{ row: string; value: string }>(
      `SELECT 'credentials ' || session AS row, value FROM auth_credentials
       UNION ALL SELECT concat_ws(' ', session, type, id), value FROM auth_key ORDER BY row`,
    );
  const sealedBy = async () =>
    new Set((await secrets()).map(({ value }) => /^enc1:\w+/.exec(value)?.[0] ?? 'plain'));
  const isSealedWithOne = () =>
    eventually('all secrets are encrypted with one key', async () => {
      const [used, ids] = [
        await sealedBy(),
        await deployment.database.query<{ id: string }>('SELECT id FROM encryption_key'),
      ];
      return used.size === 1 && ids.length === 1 && used.has(`enc1:${ids[0]?.id}`) && ids[0]?.id;
    });
  const restart = async (more: Record<string, string>) => {
    await service.stop();
    service = await deployment.start('all', more);
    await service.sessionThat(({ status }) => status === 'open');
  };
  const names = async () =>
    (await service.get<{ full_name: string }[]>('/getcontacts')).body.map((each) => each.full_name);

  beforeAll(async () => {
    deployment = await Deployment.create();
    service = await deployment.start('all');
    await deployment.link(service);
    await service.synced();
  });

  afterAll(() => deployment.remove());

  it('encrypts existing secrets when it is enabled, and keeps the link', async () => {
    expect(await sealedBy()).toEqual(new Set(['plain']));
    expect((await secrets()).some(({ value }) => value.includes('private'))).toBe(true);
    await restart({ ENCRYPTION_KEY: first });
    await isSealedWithOne();
    expect((await secrets()).some(({ value }) => value.includes('private'))).toBe(false);
    await deployment.phone.saveContact({ number: '491701234568', fullName: 'Ben', firstName: 'Ben' });
    await eventually('the change is read', async () => (await names()).includes('Ben'));
    expect(deployment.phone.companions).toHaveLength(1);
  });

  describe('once it is enabled', () => {
    let before: { row: string; value: string }[];

    beforeAll(async () => {
      await service.stop();
      before = await secrets();
    });

    afterAll(async () => {
      service = await deployment.start('all', { ENCRYPTION_KEY: first });
    });

    it.each([
      ['no key', {}, /but ENCRYPTION_KEY is not set/],
      ['another key', { ENCRYPTION_KEY: newKey() }, /which is not in ENCRYPTION_KEY/],
      ['something else', { ENCRYPTION_KEY: 'secret' }, /Invalid ENCRYPTION_KEY: .*openssl rand -base64 32/],
      ['two settings', { ENCRYPTION_KEY: first, ENCRYPTION_KEY_FILE: '/tmp' }, /are both set/],
      [
        'a path that is not a file',
        { ENCRYPTION_KEY_FILE: '/tmp' },
        /Invalid ENCRYPTION_KEY_FILE "\/tmp": the file cannot be read/,
      ],
    ])('does not start with %s, and changes nothing', async (_, settings, message) => {
      const expectRefusal = async (ROLE: string) => {
        const refused = await Service.spawn(environment({ ...settings, ROLE }));
        expect(await refused.exit()).toBe(1);
        const messages = refused.entries.map((entry) => entry.message).join('\n');
        expect(messages).toMatch(message);
        expect(messages).not.toMatch(/"secret"|\n {4}at /);
        expect(refused.output).not.toContain('"stack"');
      };
      await Promise.all(['all', 'session', 'api'].map(expectRefusal));
      expect(await secrets()).toEqual(before);
    });
  });

  it('rotates keys while it runs, continues after a kill, and then works without the old key', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keys-'));
    const file = join(folder, 'key');
    await writeFile(file, `${second}\n${first}\n`);
    await service.stop();
    const [former] = await sealedBy();
    const cut = await Service.spawn(environment({ ENCRYPTION_KEY_FILE: file }));
    // All of them may be encrypted again when they are read.
    await eventually('some secrets are encrypted again', async () =>
      [...(await sealedBy())].some((key) => key !== former),
    );
    await cut.stop('SIGKILL');
    service = await deployment.start('all', { ENCRYPTION_KEY_FILE: file });
    const id = await isSealedWithOne();
    // The first process may have finished before it was killed.
    await eventually('one of them logs the completion', async () =>
      [cut, service].some(({ entries }) =>
        entries.some(({ message, keyId }) => message === 'All secrets encrypted' && keyId === id),
      ),
    );
    await restart({ ENCRYPTION_KEY: second });
    expect(await names()).toEqual(['Anna Müller', 'Ben']);
    expect(deployment.phone.companions).toHaveLength(1);
    await rm(folder, { recursive: true });
  });

  it('rejects plaintext in place of a secret once all are encrypted', async () => {
    await eventually('all secrets are encrypted', async () => {
      const keys = await deployment.database.query(
        'SELECT FROM encryption_key WHERE complete_since IS NOT NULL',
      );
      return keys.length === 1;
    });
    await service.stop();
    const [credentials] = await deployment.database.query<{ value: string }>(
      'SELECT value FROM auth_credentials',
    );
    await deployment.database.query(`UPDATE auth_credentials SET value = '{"registered":true}'`);
    const { logins } = deployment;
    service = await deployment.start('all', { ENCRYPTION_KEY: second });
    await eventually('the log reports the row', async () =>
      service.output.includes('auth_credentials default is not encrypted by this service'),
    );
    expect((await service.get('/getcontacts')).status).toBe(200);
    await service.stop();
    expect(deployment.logins).toBe(logins);
    await deployment.database.query('UPDATE auth_credentials SET value = $1', [credentials?.value]);
    service = await deployment.start('all', { ENCRYPTION_KEY: second });
    await service.sessionThat(({ status }) => status === 'open');
  });
});

/** Records every value written to a column, with a trigger. */
describe('a link in progress', () => {
  const PHONE = '491701230000';
  let deployment: Deployment;
  let session: Service;
  let api: Service;
  const key = { ENCRYPTION_KEY: newKey() };

  const written = async () => {
    const rows = await deployment.database.query<{ value: string }>('SELECT value FROM written');
    return rows.map(({ value }) => value);
  };
  const commands = () => deployment.database.query<{ id: string }>('SELECT id FROM session_command');
  const requestCode = (service: Service) => service.pairingCode(PHONE);

  beforeAll(async () => {
    deployment = await Deployment.create();
    await deployment.database.query(`
      CREATE TABLE written (value text);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO written SELECT value FROM jsonb_each_text(to_jsonb(NEW)) WHERE value IS NOT NULL
          AND key IN ('argument', 'result', 'link_offer', 'secret', 'former_secret');
        RETURN NEW;
      END $$;
      CREATE TRIGGER note BEFORE INSERT OR UPDATE ON session_command FOR EACH ROW EXECUTE FUNCTION note();
      CREATE TRIGGER note BEFORE INSERT OR UPDATE ON session FOR EACH ROW EXECUTE FUNCTION note();
      CREATE TRIGGER note BEFORE INSERT OR UPDATE ON webhook FOR EACH ROW EXECUTE FUNCTION note();`);
    session = await deployment.start('session', key);
    api = await deployment.start('api', key);
  });

  afterAll(() => deployment.remove());

  it('stores its secrets encrypted, and deletes them when they are read', async () => {
    const qr = await api.qr();
    const { body } = await eventually('WhatsApp returns a code', async () => {
      const answer = await requestCode(api);
      return answer.status === 200 && answer;
    });
    const webhook = await api.post<{ id: string; secret: string }>('/webhooks', {
      url: 'https://receiver.invalid/',
    });
    await api.request(`/webhooks/${webhook.body.id}/rotate`, { method: 'POST' });
    const values = await written();
    expect(values.length).toBeGreaterThan(4);
    for (const value of values) expect(value).toMatch(/^enc1:[0-9a-f]{16}:/);
    for (const secret of [qr, body.code, PHONE, webhook.body.secret])
      expect(values.join()).not.toContain(secret);
    expect(await commands()).toEqual([]);
    await deployment.phone.enterPairingCode(body.code);
    await api.sessionThat(({ status }) => status === 'open');
  });

  it('deletes its secrets when they are rejected and when the caller has disconnected', async () => {
    expect((await requestCode(api)).status).toBe(409);
    expect(await commands()).toEqual([]);
    await deployment.database.query(
      `INSERT INTO session_command (session, kind, argument, expires_at)
       VALUES ('default', 'pairing-code', 'left behind', now() - interval '1 minute')`,
    );
    await eventually('the command is deleted', async () => (await commands()).length === 0);
  });

  it('removes its secrets from the row of an accepted command, and rejects plaintext', async () => {
    await deployment.database.query(
      `INSERT INTO session_command (session, kind, argument, expires_at)
       VALUES ('default', 'passkey-confirm', 'plaintext', now() + interval '1 minute')`,
    );
    const [command] = await eventually('the command is answered', async () => {
      const rows = await deployment.database.query<{ argument: string | null; error: string }>(
        'SELECT argument, error FROM session_command WHERE done_at IS NOT NULL',
      );
      return rows.length > 0 && rows;
    });
    expect(command?.argument).toBeNull();
    expect(command?.error).toMatch(/^session_command default argument is not encrypted/);
    expect(session.output).not.toContain('plaintext');
  });
});
