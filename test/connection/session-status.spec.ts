import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Deployment } from '../support/deployment.js';
import { eventually, type Service } from '../support/service.js';

const nobody = { scanned: Promise.resolve(''), silent: Promise.resolve(0) };
let unscanned: Deployment;
let silenced: Deployment;

/** Reference of a QR code, issued by WhatsApp; the secret in the code can change earlier. */
const refOf = (qr: string) => qr.split(',')[0];

/** The steps that take a minute run in parallel with the other tests. */
beforeAll(async () => {
  [unscanned, silenced] = await Promise.all([Deployment.create(), Deployment.create()]);
  unscanned.server.linking.qrRefs = 1;
  const [first, second] = await Promise.all([unscanned.start('all'), silenced.start('all')]);
  const before = refOf(await first.qr());
  nobody.scanned = first
    .sessionThat(({ qr }) => qr !== null && refOf(qr) !== before, 85_000)
    .then(({ qr }) => qr as string);
  await silenced.link(second);
  const logins = silenced.logins;
  silenced.server.connections[0]?.goSilent();
  nobody.silent = silenced.nextLoginMs(logins, 85_000);
  // Their failures belong to the tests that await them.
  void Promise.allSettled([nobody.scanned, nobody.silent]);
});

afterAll(async () => {
  await Promise.all([unscanned.remove(), silenced.remove()]);
});

describe('one session', () => {
  let fleet: Deployment;
  let service: Service;

  beforeAll(async () => {
    fleet = await Deployment.create();
  });

  beforeEach(async () => {
    service = await fleet.linked();
    await eventually('the address book is read', async () => {
      return (await service.get('/getcontact?phone=491701234567')).status === 200;
    });
  });

  afterEach(async () => {
    fleet.server.faults.disarm();
    expect(await fleet.stopLinked()).toBe(0);
  });

  afterAll(() => fleet.remove());

  it.each([503, 500] as const)(
    'reconnects after the stream error %d, and reports the reason',
    async (code) => {
      const { logins } = fleet;
      fleet.server.faults.logins.arm({ failure: 503 });
      fleet.server.connections[0]?.endWithStreamError(code);
      const session = await service.sessionThat(
        ({ status, reason }) => status === 'disconnected' && reason !== null,
      );
      expect(session).toMatchObject({ reason: expect.stringMatching(/WhatsApp/), phone: fleet.phone.number });
      await fleet.nextLoginMs(logins);
    },
  );

  it('reconnects after a cut connection and refused TCP connections', async () => {
    const { logins } = fleet;
    const refused = fleet.server.faults.tcp.arm('reset');
    fleet.server.connections[0]?.cut();
    await refused.whenStruck();
    await fleet.nextLoginMs(logins);
  });

  it('reports at /session that WhatsApp is unreachable, and continues to serve contacts', async () => {
    const { logins } = fleet;
    await fleet.server.goDown();
    const session = await service.sessionThat(({ reason }) => /cannot be reached/.test(reason ?? ''));
    expect(session).toMatchObject({ status: 'disconnected', retry_at: expect.any(String) });
    expect((await service.get('/getcontact?phone=491701234567')).status).toBe(200);
    expect((await service.get('/readyz')).status).toBe(200);
    expect((await service.get('/startupz')).status).toBe(200);
    await fleet.server.comeBack();
    await fleet.nextLoginMs(logins);
  });

  it('keeps the link when a proxy answers 401 instead of WhatsApp', async () => {
    const { logins, server } = fleet;
    await server.goDown();
    const proxy = createServer().on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
    });
    await once(proxy.listen(server.port, '127.0.0.1'), 'listening');
    const session = await service.sessionThat(({ reason }) => /HTTP 401/.test(reason ?? ''));
    expect(session.reason_code).toBe('network_intercepted');
    await once(proxy.close(), 'close');
    await server.comeBack();
    await fleet.nextLoginMs(logins);
  });

  it('does not compete for the session after stream error 440', async () => {
    fleet.server.connections[0]?.endWithStreamError(440);
    const session = await service.sessionThat(({ status }) => status === 'disconnected');
    expect(session.reason).toMatch(/replaced/);
    expect(session.reason_code).toBe('other_program_connected');
    expect(session.advice).toMatch(/Stop the other program/);
    expect(Date.parse(session.retry_at ?? '') - Date.now()).toBeGreaterThan(110_000);
  });

  it('pauses for minutes after stream error 429', async () => {
    fleet.server.connections[0]?.endWithStreamError(429);
    const session = await service.sessionThat(({ status }) => status === 'disconnected');
    expect(session.reason_code).toBe('rate_limited');
    expect(Date.parse(session.retry_at ?? '') - Date.now()).toBeGreaterThan(110_000);
  });

  it('keeps the link after stream error 403 when the next login succeeds', async () => {
    const { logins } = fleet;
    fleet.server.connections[0]?.endWithStreamError(403);
    await fleet.nextLoginMs(logins);
    await service.sessionThat(({ status, phone }) => status === 'open' && phone === fleet.phone.number);
  });

  it('unlinks while disconnected, and shows a new QR code immediately', async () => {
    fleet.server.connections[0]?.endWithStreamError(440);
    const answer = await service.request('/session', { method: 'DELETE' });
    expect(answer).toMatchObject({ status: 200, body: { unlinked: true } });
    await service.qr();
    expect((await service.session()).phone).toBeNull();
    fleet.phone.unlink();
  });

  it.each([0, 60, 250])('unlinks %i ms after the connection was cut, while it reconnects', async (ms) => {
    const companion = fleet.phone.companions[0];
    fleet.server.connections[0]?.cut();
    await sleep(ms);
    const answer = await service.request('/session', { method: 'DELETE' });
    expect(answer).toMatchObject({ status: 200, body: { unlinked: true } });
    const told = /WhatsApp could not be notified/.test(answer.text);
    expect(companion?.unlinked).toBe(!told);
    await service.qr();
    expect(companion?.online).toBe(false);
    const rows = await fleet.database.query('SELECT FROM session WHERE is_linked');
    expect(rows).toHaveLength(0);
    fleet.phone.unlink();
    await fleet.link(service);
  });

  it('links with a pairing code', async () => {
    fleet.phone.unlink();
    await service.qr();
    const answer = await service.pairingCode(fleet.phone.number);
    expect(answer.status).toBe(200);
    await fleet.phone.enterPairingCode(answer.body.code);
    await service.sessionThat(({ status }) => status === 'open');
  });

  it('unlinks on request, notifies WhatsApp, and links again', async () => {
    const companion = fleet.phone.companions[0];
    const answer = await service.request('/session', { method: 'DELETE' });
    expect(answer).toMatchObject({ status: 200, body: { unlinked: true } });
    expect(companion?.unlinked).toBe(true);
    await fleet.link(service);
  });

  it('shows a new QR code after the phone has unlinked the device, and keeps the contacts', async () => {
    fleet.phone.unlink();
    const session = await service.sessionThat(
      ({ status }) => status === 'logged_out' || status === 'linking',
    );
    expect(session).toMatchObject({
      reason_code: 'unlinked_by_phone',
      reason: 'The phone has unlinked this device.',
    });
    expect((await service.get('/getcontact?phone=491701234567')).status).toBe(200);
    await fleet.link(service);
  });

  it('reports what to do when the account is banned, and does not reconnect', async () => {
    fleet.server.faults.logins.arm({ failure: 402 }, { times: Infinity });
    fleet.server.connections[0]?.cut();
    const session = await service.sessionThat(({ reason }) => /banned/.test(reason ?? ''));
    expect(session).toMatchObject({
      status: 'disconnected',
      reason_code: 'account_banned_for_now',
      advice: expect.stringMatching(/phone/),
    });
    expect(Date.parse(session.retry_at ?? '') - Date.now()).toBeGreaterThan(3_600_000);
  });
});

describe('a session over a minute', () => {
  it('renews a QR code that was not scanned in time', async () => {
    await nobody.scanned;
    const service = unscanned.services[0] as Service;
    await unscanned.phone.scan(() => service.qr());
    await service.sessionThat(({ status }) => status === 'open');
  });

  it('detects a dead connection within a minute', async () => {
    expect(await nobody.silent).toBeLessThan(60_000);
    expect(silenced.server.conflicts).toBe(0);
  });
});
