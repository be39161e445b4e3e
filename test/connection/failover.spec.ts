import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Deployment } from '../support/deployment.js';
import { patient } from '../support/patience.js';
import { eventually, Service } from '../support/service.js';
import { TcpProxy } from '../support/tcp-proxy.js';

describe('several session roles on one database', () => {
  let fleet: Deployment;
  let api: Service;
  let owner: Service;

  /** One that waits until the owner is gone. */
  const startStandby = async () => {
    const standby = await fleet.start('session');
    await eventually('the standby waits', async () =>
      standby.output.includes('Standing by for session leases'),
    );
    return standby;
  };
  const startOwner = async (environment?: Record<string, string>) => {
    const { logins } = fleet;
    owner = await fleet.start('session', environment);
    if (logins > 0) await fleet.nextLoginMs(logins);
  };

  beforeAll(async () => {
    fleet = await Deployment.create();
    api = await fleet.start('api');
    await startOwner();
    await fleet.link(api);
    await owner.stop();
  });

  afterEach(async () => {
    const running = fleet.services.filter((each) => each !== api && each.isRunning);
    await Promise.all(running.map((each) => each.stop()));
  });

  afterAll(() => fleet.remove());

  it('hands the session over within 2 s of a clean stop', async () => {
    await startOwner();
    await startStandby();
    const { logins } = fleet;
    const stopped = owner.stop();
    expect(await fleet.nextLoginMs(logins)).toBeLessThan(patient(2_000));
    expect(await stopped).toBe(0);
    expect(fleet.server.conflicts).toBe(0);
  });

  it('replaces a killed lease holder within 20 s', async () => {
    await startOwner();
    await startStandby();
    const { logins } = fleet;
    await owner.stop('SIGKILL');
    expect(await fleet.nextLoginMs(logins)).toBeLessThan(patient(20_000));
    expect(fleet.server.conflicts).toBe(0);
  });

  it('reports when no process runs the session', async () => {
    const session = await api.sessionThat(({ status }) => status === 'disconnected');
    expect(session).toMatchObject({ reason: expect.stringMatching(/No process/), phone: fleet.phone.number });
    expect((await api.get('/getcontact?phone=491701234567')).status).toBe(200);
  });

  it('serves only probes, and waits for an unreachable database', async () => {
    const { proxy, url } = await TcpProxy.beforeDatabase(fleet.database.url);
    await proxy.goDown();
    const session = await Service.spawn({
      ...fleet.server.environment(),
      ROLE: 'session',
      DATABASE_URL: url,
    });
    fleet.services.push(session);
    const started = () => session.get<{ message?: string }>('/startupz').catch(() => null);
    const early = await eventually('the probes answer', started);
    expect(early).toMatchObject({ status: 503, body: { message: 'The database cannot be reached.' } });
    expect((await session.get('/livez')).status).toBe(200);
    await eventually('the reason is logged', async () =>
      /cannot be used: it cannot be reached/.test(session.output),
    );
    await proxy.comeBack();
    await eventually('it has started', async () => (await started())?.status === 200);
    expect((await session.get('/readyz')).status).toBe(200);
    expect(await session.get('/getcontacts')).toMatchObject({
      status: 404,
      body: { message: expect.stringMatching(/ROLE=api/) },
    });
    expect(await session.stop()).toBe(0);
    await proxy.stop();
  });

  it('stops a lease holder that was frozen without sending a byte to WhatsApp', async () => {
    const proxy = await TcpProxy.start(fleet.server.port);
    const { WHATSAPP_SERVER_URL: url = '' } = fleet.server.environment();
    await startOwner({ WHATSAPP_SERVER_URL: url.replace(`:${fleet.server.port}`, `:${proxy.port}`) });
    await startStandby();
    const { logins } = fleet;
    owner.process.kill('SIGSTOP');
    await fleet.nextLoginMs(logins);
    const { sentBytes } = proxy;
    expect(proxy.openLines).toBe(1);
    owner.process.kill('SIGCONT');
    await eventually('the woken owner has closed its line', async () => proxy.openLines === 0, 10_000);
    expect(proxy.sentBytes).toBe(sentBytes);
    expect(fleet.logins).toBe(logins + 1);
    expect(fleet.phone.companions[0]?.online).toBe(true);
    await proxy.stop();
  });

  it('replaces a session thread that hangs, without a conflict', async () => {
    const { conflicts } = fleet.server;
    const folder = await mkdtemp(join(tmpdir(), 'hang-'));
    const HANG_ON_FILE = join(folder, 'now');
    const preload = `--import=${new URL('../support/hang-on-request.mjs', import.meta.url).href}`;
    const NODE_OPTIONS = `${fleet.server.environment().NODE_OPTIONS} ${preload}`;
    await startOwner({ HANG_ON_FILE, NODE_OPTIONS });
    const { logins } = fleet;
    await writeFile(HANG_ON_FILE, '');
    expect(await fleet.nextLoginMs(logins)).toBeLessThan(patient(20_000));
    expect(fleet.server.conflicts).toBe(conflicts);
    expect((await owner.get('/livez')).status).toBe(200);
    await rm(folder, { recursive: true });
  });
});
