import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type BinaryNode, getBinaryNodeChild } from '@whiskeysockets/baileys';
import { patient } from '../support/patience.js';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';
import { iq, stanza } from '../whatsapp-server/faults.js';
import { LinkingSettings } from '../whatsapp-server/linking/linking-settings.js';
import { LinkRefused } from '../whatsapp-server/linking/waiting-device.js';
import { isOpen, requestCode, startUnlinked } from './link-world.js';

const REFRESH = 'companion_reg_refresh';
const HELLO = iq('md', 'link_code_companion_reg');
const isFinish = (node: BinaryNode) => HELLO(node) && JSON.stringify(node).includes('companion_finish');

let world: World;

beforeAll(async () => {
  world = await World.create();
  await world.startService();
});

beforeEach(() => startUnlinked(world));

afterEach(() => {
  world.server.faults.disarm();
  Object.assign(world.server.linking.refreshes, new LinkingSettings().refreshes);
  Object.assign(world.server.linking, { replayedHellos: 0, furtherHellos: 0 });
});

afterAll(async () => {
  await world.stop();
  expect(world.server.errors).toEqual([]);
});

/** The device that waits for a phone. */
function waitingDevice() {
  const [connection] = [...world.server.openConnections].filter(({ waiting }) => waiting);
  if (!connection?.waiting) throw new Error('no device waits to be linked');
  return connection.waiting;
}

/** The QR code once the device has renewed what was retired before the scan. */
async function settledQr(): Promise<string> {
  await eventually('the secret is renewed before the scan', async () => waitingDevice().renewals > 0);
  return world.service.qr();
}

/** The acknowledgements of retired secrets that the service has sent so far. */
function refreshAcks() {
  return world.server.log.filter(({ tag, attrs }) => tag === 'ack' && attrs.type === REFRESH);
}

describe('linking by QR code', () => {
  it('shows a code when the first refs were damaged in transit', async () => {
    const refs = (node: BinaryNode) =>
      node.tag === 'iq' && getBinaryNodeChild(node, 'pair-device') !== undefined;
    const fault = world.server.faults.sent.arm('tampered', { when: refs });
    await world.restart();
    await fault.whenStruck();
    await world.phone.scan(() => world.service.qr());
    await isOpen(world);
  });

  it('links after two secrets were retired while it waited, and acknowledges both retirements', async () => {
    world.server.linking.refreshes.beforeScan = 2;
    world.server.linking.refreshes.atScan = 0;
    await world.service.stop();
    const acknowledged = refreshAcks().length;
    await world.startService();
    await eventually('both are acknowledged', async () => refreshAcks().length >= acknowledged + 2);
    await world.phone.scan(() => world.service.qr());
    expect(refreshAcks().at(-1)?.attrs).toMatchObject({
      class: 'notification',
      to: 's.whatsapp.net',
      type: REFRESH,
    });
    await isOpen(world);
  });

  it('shows a new code of the same ref within a second when one is retired as it is scanned', async () => {
    const shown = await settledQr();
    await expect(world.phone.scan(shown)).rejects.toThrow(LinkRefused);
    const scannedAtMs = performance.now();
    const { qr } = await world.service.sessionThat(({ qr }) => qr !== null && qr !== shown);
    expect(performance.now() - scannedAtMs).toBeLessThan(patient(1_000));
    const [ref, noiseKey, identityKey, secret] = (qr ?? '').split(',');
    expect(shown.split(',').slice(0, 3)).toEqual([ref, noiseKey, identityKey]);
    expect(shown.split(',')[3]).not.toBe(secret);
    await world.phone.scan(qr ?? '');
    await isOpen(world);
  });

  it('reports when a phone scans an outdated code, and links with the next one', async () => {
    const outdated = await settledQr();
    const device = waitingDevice();
    const acknowledged = refreshAcks().length;
    device.refresh();
    await eventually('the secret is renewed', async () => refreshAcks().length > acknowledged);
    world.server.linking.refreshes.atScan = 0;
    const scan = eventually('the phone has scanned', () =>
      world.phone.scan(outdated).catch((error: unknown) => {
        if (/retired/.test((error as Error).message)) return null;
        throw error;
      }),
    );
    await expect(scan).rejects.toThrow(/did not accept the signature/);
    const { reason, reason_code: code } = await world.service.sessionThat((session) =>
      /not the current one/.test(session.reason ?? ''),
    );
    expect(reason).toMatch(/scanned a QR code that is not the current one/);
    expect(code).toBe('link_wrong_qr');
    await world.phone.scan(() => world.service.qr());
    await isOpen(world);
  });

  it('ignores stanzas that are not from the server', async () => {
    const before = await settledQr();
    const acknowledged = refreshAcks().length;
    waitingDevice().notify(REFRESH, [], { from: '491701234567@s.whatsapp.net' });
    waitingDevice().notify('passkey_prologue_request', [], { from: '491701234567@s.whatsapp.net' });
    waitingDevice().refresh();
    await eventually(
      'the notification after them is handled',
      async () => refreshAcks().length > acknowledged,
    );
    expect(refreshAcks()).toHaveLength(acknowledged + 1);
    const { qr, passkey } = await world.service.sessionThat(({ qr }) => qr !== before);
    expect([qr?.split(',')[0], passkey]).toEqual([before.split(',')[0], null]);
  });

  it('keeps the link when a secret is retired after the phone has confirmed it', async () => {
    world.server.linking.refreshes.afterLink = 5;
    const device = waitingDevice();
    const restart = world.server.faults.sent.arm('lose', { when: ({ tag }) => tag === 'stream:error' });
    const linked = world.phone.scan(() => world.service.qr());
    await restart.whenStruck();
    for (let times = 0; times < 3; times += 1) device.refresh();
    device.announceRefs();
    await linked;
    await isOpen(world);
  });

  it('reports when a code expires', async () => {
    const { qr_expires_at: expiresAt } = await world.service.sessionThat(({ qr }) => qr !== null);
    const leftMs = Date.parse(expiresAt ?? '') - Date.now();
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(60_000);
  });
});

describe('linking by pairing code', () => {
  it('links regardless of QR code changes, and shows the code at /session', async () => {
    const { status, body } = await requestCode(world);
    expect(status).toBe(200);
    expect(Date.parse(body.expires_at) - Date.now()).toBeGreaterThan(100_000);
    expect((await world.service.get('/session/pairing-code')).body).toEqual(body);
    expect(await world.service.session()).toMatchObject({
      status: 'linking',
      pairing_code: { expires_at: body.expires_at },
      reason_code: 'waiting_for_code_entry',
      reason: expect.stringMatching(/pairing code to be entered/),
    });
    world.server.renewQrRefs();
    await world.phone.enterPairingCode(body.code);
    await isOpen(world);
    expect(world.service.output).not.toContain(body.code);
  });

  it.each([
    [400, 400, /country code/],
    [429, 429, /too many codes/],
    [403, 409, /number has WhatsApp/],
  ])('answers error %d of WhatsApp with %d and the reason', async (code, status, message) => {
    await world.service.qr();
    world.server.faults.received.arm({ error: { code, text: 'refused' } }, { when: HELLO });
    const answer = await requestCode(world);
    expect(answer).toMatchObject({ status, body: { message: expect.stringMatching(message) } });
    expect((await world.service.get('/session/pairing-code')).status).toBe(404);
  });

  it('rejects a malformed number without a request to WhatsApp', async () => {
    const answer = await requestCode(world, '+49 170 ABC');
    expect(answer).toMatchObject({
      status: 400,
      body: { message: expect.stringMatching(/Invalid phone .*use the number of the account/) },
    });
  });

  it('is not blocked by an expired code', async () => {
    world.server.linking.codeLifetimeMs = -1;
    const { body } = await requestCode(world);
    await expect(world.phone.enterPairingCode(body.code)).rejects.toThrow(/expired/);
    world.server.linking.codeLifetimeMs = new LinkingSettings().codeLifetimeMs;
    await world.phone.enterPairingCode((await requestCode(world)).body.code);
    await isOpen(world);
  });

  it('replaces the first code with the second', async () => {
    const first = (await requestCode(world)).body.code;
    const second = (await requestCode(world)).body.code;
    await expect(world.phone.enterPairingCode(first)).rejects.toThrow(/not the one/);
    await world.phone.enterPairingCode(second);
    await isOpen(world);
  });

  it('shows another code when WhatsApp requests one', async () => {
    const first = (await requestCode(world)).body.code;
    await world.phone.renewPairingCode();
    const code = await eventually('another code is there', async () => {
      const { status, body } = await world.service.get<{ code: string }>('/session/pairing-code');
      return status === 200 && body.code !== first ? body.code : null;
    });
    await world.phone.enterPairingCode(code);
    await isOpen(world);
  });

  it('removes the code when WhatsApp requires a new request of the user', async () => {
    const { code } = (await requestCode(world)).body;
    await world.phone.renewPairingCode({ byHand: true });
    await world.service.sessionThat((session) => session.pairing_code === null);
    await expect(world.phone.enterPairingCode(code)).rejects.toThrow(/expired/);
    expect((await world.service.get<{ message: string }>('/session/pairing-code')).body.message).toMatch(
      /POST/,
    );
  });

  it('links when the phone confirms before WhatsApp has answered the device', async () => {
    const { code } = (await requestCode(world)).body;
    world.server.faults.received.arm({ delayMs: 5_000 }, { when: isFinish });
    await world.phone.enterPairingCode(code, { timeoutMs: 4_000 });
    await isOpen(world);
  });

  it('is rejected while WhatsApp is unreachable, without constant connection attempts', async () => {
    const attempts = world.server.faults.tcp.arm('reset', { times: Infinity });
    waitingDevice().connection.cut();
    const answer = await requestCode(world);
    expect(answer).toMatchObject({
      status: 503,
      body: { message: expect.stringMatching(/not ready to link/) },
    });
    expect(attempts.struck).toBeLessThan(10);
  });

  it('fails when WhatsApp rejects the entered code, and reports it', async () => {
    const { code } = (await requestCode(world)).body;
    world.server.faults.received.arm({ error: { code: 400, text: 'bad-request' } }, { when: isFinish });
    world.phone.enterPairingCode(code, { timeoutMs: 5_000 }).catch(() => {});
    await world.service.sessionThat(({ reason }) => /did not accept the pairing code/.test(reason ?? ''));
    await world.service.qr();
  });

  it('reports that a code was entered, even a wrong one, until the next code is requested', async () => {
    const { code } = (await requestCode(world)).body;
    const wrong = `${code.startsWith('1') ? '2' : '1'}${code.slice(1)}`;
    await expect(world.phone.enterPairingCode(wrong)).rejects.toThrow(/not the one/);
    const entered = await world.service.sessionThat(({ pairing_code: offer }) => offer === null);
    expect(entered).toMatchObject({
      status: 'linking',
      reason_code: 'waiting_for_phone',
      advice: expect.stringMatching(/mistyped: request a new one/),
    });
    const { body } = await requestCode(world);
    expect((await world.service.session()).reason_code).toBe('waiting_for_code_entry');
    await world.phone.enterPairingCode(body.code);
    await isOpen(world);
  });

  it('links although the hello of the phone is redelivered after it was answered', async () => {
    world.server.linking.replayedHellos = 2;
    await world.phone.enterPairingCode((await requestCode(world)).body.code);
    await isOpen(world);
  });

  it('answers up to three hellos from the phone, and links with the last answer', async () => {
    const finishes = () => world.server.log.filter(({ node }) => isFinish(node)).length;
    const before = finishes();
    world.server.linking.furtherHellos = 4;
    await world.phone.enterPairingCode((await requestCode(world)).body.code);
    expect(finishes() - before).toBe(3);
    await isOpen(world);
  });

  it('does not renew secrets while a link by code is completed, but acknowledges retirements', async () => {
    const acknowledged = refreshAcks().length;
    world.server.linking.refreshes.afterCode = 1;
    const { code } = (await requestCode(world)).body;
    await world.phone.enterPairingCode(code);
    expect(refreshAcks().length).toBeGreaterThan(acknowledged);
    await isOpen(world);
  });
});

describe('an interrupted attempt', () => {
  const steps: Record<string, () => { whenStruck(): Promise<void> }> = {
    'the refs': () => world.server.faults.sent.arm('cut-after', { when: iq('md', 'pair-device') }),
    'the acknowledgement of a retired secret': () =>
      world.server.faults.received.arm({ cut: 'on-arrival' }, { when: stanza('ack', REFRESH) }),
    'the confirmation': () => world.server.faults.sent.arm('cut-before', { when: iq('md', 'pair-success') }),
    'the answer to the confirmation': () =>
      world.server.faults.received.arm(
        { cut: 'on-arrival' },
        { when: (node) => JSON.stringify(node).includes('pair-device-sign') },
      ),
  };

  it.each(Object.keys(steps))('is followed by one that links, after an interruption at %s', async (step) => {
    const fault = steps[step]?.();
    waitingDevice().connection.cut();
    world.phone.scan(() => world.service.qr(), { timeoutMs: 10_000 }).catch(() => {});
    await fault?.whenStruck();
    await eventually('the phone is linked', async () => {
      const { status } = await world.service.session();
      if (status !== 'open') await world.phone.scan(() => world.service.qr(1_000)).catch(() => {});
      return status === 'open';
    });
    await isOpen(world);
  });
});

describe('a shutdown before the one-time pre-keys are uploaded', () => {
  const count = iq('encrypt', 'count');

  /** Links, and stops the service when the new device checks how many pre-keys it has. */
  async function stopAtFirstLogin(signal: NodeJS.Signals) {
    const slow = world.server.faults.received.arm({ delayMs: 300 }, { when: count });
    const linked = world.phone.scan(() => world.service.qr(), { timeoutMs: 60_000 });
    linked.catch(() => {});
    await slow.whenStruck();
    await world.service.stop(signal);
    return { linked };
  }
  const preKeys = () => world.phone.companions.at(-1)?.preKeys.size;

  it('waits for the upload', async () => {
    await stopAtFirstLogin('SIGTERM');
    expect(preKeys()).toBeGreaterThan(0);
    await world.startService();
    await isOpen(world);
  });

  it('is compensated at the next start after a kill', async () => {
    const { linked } = await stopAtFirstLogin('SIGKILL');
    expect(preKeys()).toBe(0);
    await world.startService();
    await linked;
    await isOpen(world);
    expect(preKeys()).toBeGreaterThan(0);
  });
});
