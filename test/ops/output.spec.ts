import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Deployment } from '../support/deployment.js';
import { eventually, Service } from '../support/service.js';

const PRELOAD = `--import=${new URL('../support/careless-dependency.mjs', import.meta.url).href}`;

/** 32 bytes in base64, binary values as Node.js prints them, and names of private values in libsignal's objects. */
const KEY_MATERIAL =
  /[A-Za-z0-9+/]{43}=|<Buffer|privKey|rootKey|chainKey|1122334455667788|11 22 33 44|ESIzRF/;

/** Checks that every line of both streams is a log entry without key material. */
function expectOnlyEntries(service: Service): void {
  for (const entry of service.entries)
    expect(entry).toMatchObject({
      level: expect.stringMatching(/^(fatal|error|warn|info|debug|trace)$/),
      timestamp: expect.any(String),
      message: expect.any(String),
    });
  expect(service.output).not.toMatch(KEY_MATERIAL);
}

describe('the output of the service', () => {
  let deployment: Deployment;
  // libsignal prints keys when it decrypts.
  const levels = { LOG_LEVEL: 'trace', BAILEYS_LOG_LEVEL: 'trace', DECRYPT_MESSAGES: 'true' };

  beforeAll(async () => {
    deployment = await Deployment.create();
  });

  afterAll(() => deployment.remove());

  it('contains log entries without keys when a contact replaces its Signal session', async () => {
    const { phone, server } = deployment;
    const service = await deployment.start('all', levels);
    await deployment.link(service);
    await service.synced();
    const ben = server.createContact({ number: '491705554444', pushName: 'Ben' });
    await ben.sendText(phone, 'first');
    ben.loseSessions(phone);
    await ben.sendText(phone, 'second');
    await ben.changeIdentity();
    await ben.sendText(phone, 'third');
    await eventually('libsignal reports the closed session', async () =>
      service.entries.some(({ event }) => event === 'Closing session'),
    );
    expect(await service.stop()).toBe(0);
    expectOnlyEntries(service);
  });

  it('contains log entries without values when a dependency prints keys in any thread', async () => {
    const { NODE_OPTIONS = '' } = deployment.server.environment();
    const service = await deployment.start('all', { ...levels, NODE_OPTIONS: `${NODE_OPTIONS} ${PRELOAD}` });
    await eventually('both threads have printed', async () => {
      const dropped = service.entries.filter(({ stream }) => stream === 'stderr');
      return dropped.length >= 2;
    });
    await service.stop();
    expectOnlyEntries(service);
    for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir'])
      expect(service.entries.filter((entry) => entry.method === method).length).toBeGreaterThan(1);
    const warnings = service.entries.filter(({ message }) => message === 'Node.js emitted a warning');
    const redacted = { type: 'Warning', message: expect.stringMatching(/^A key: \[redacted\]/) };
    expect(warnings.filter(({ err }) => expect.objectContaining(redacted).asymmetricMatch(err)).length).toBe(
      2,
    );
  });

  it('contains an uncaught error as a log entry, and the process exits with code 1', async () => {
    const service = await Service.spawn({
      ...levels,
      ROLE: 'api',
      DATABASE_URL: deployment.database.url,
      NODE_OPTIONS: PRELOAD,
      THROW_IN_MAIN: 'true',
    });
    expect(await service.exit()).toBe(1);
    expectOnlyEntries(service);
    expect(service.entries.at(-1)).toMatchObject({
      level: 'fatal',
      message: 'Uncaught exception',
      err: { type: 'Error', message: expect.stringMatching(/^Key \[redacted\]/) },
    });
  });

  it('contains a log entry with the reason why the service does not start', async () => {
    const service = await Service.spawn({ ROLE: 'api', DATABASE_URL: '', API_KEY: 'short' });
    expect(await service.exit()).toBe(1);
    expectOnlyEntries(service);
    expect(service.entries.map(({ level }) => level)).toEqual(['fatal']);
    expect(service.entries[0]?.message).toContain('ROLE "api" requires DATABASE_URL');
  });

  it.each([
    ['a file of DATABASE_URL', 'sslmode=verify-full&sslrootcert=/none.pem', /"\/none\.pem" of sslrootcert/],
    ['the role of the server', 'target_session_attrs=standby', /not a standby, and target_session_attrs/],
  ])('contains the reason why %s prevents the start', async (_, parameters, message) => {
    const { host, username, password, pathname } = new URL(deployment.database.url);
    const service = await Service.spawn({
      ROLE: 'api',
      PGHOST: host.replace(/:.*/, ''),
      PGPORT: host.replace(/.*:/, ''),
      PGUSER: username,
      PGPASSWORD: password,
      DATABASE_URL: `"postgres://${pathname}?${parameters}"`,
    });
    expect(await service.exit()).toBe(1);
    expectOnlyEntries(service);
    expect(service.entries.at(-1)).toMatchObject({ level: 'fatal', message: expect.stringMatching(message) });
    if (password) expect(service.output).not.toContain(password);
  });
});
