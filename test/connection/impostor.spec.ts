import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionDto } from '../../src/api/sessions/session-status.dto.js';
import { World } from '../support/world.js';
import type { CertificateFlaw } from '../whatsapp-server/certificates.js';
import { LinkRefused } from '../whatsapp-server/linking/waiting-device.js';

const NUMBER = '491701230001';
/** One flaw of each kind; src/whatsapp/baileys/signature-checks.spec.ts covers all of them. */
const FLAWS: CertificateFlaw[] = ['other-root', 'other-key', 'expired-leaf'];
const LATER_MS = 120_000;

let world: World;

beforeEach(async () => {
  world = await World.create();
  await world.phone.saveContact({ number: NUMBER, fullName: 'Anna Huber' });
});

afterEach(async () => {
  await world.stop();
  expect(world.server.errors).toEqual([]);
});

const isRefused = ({ reason_code }: SessionDto) => reason_code === 'server_not_verified';

describe('a server that cannot prove that it is WhatsApp', () => {
  it.each(FLAWS)('receives no credentials, and no QR code is shown: %s', async (flaw) => {
    const { server } = world;
    server.impostor.certificates = flaw;
    await world.startService();
    const { status, qr, reason, advice } = await world.stateThat(isRefused);
    expect({ status, qr }).toEqual({ status: 'linking', qr: null });
    expect(reason).toContain('could not prove that it is WhatsApp');
    expect(advice).toContain('TLS');
    expect(server.finishedHandshakes).toBe(0);
    expect(server.log).toEqual([]);

    server.impostor.reform();
    await world.phone.scan(() => world.service.qr(LATER_MS), { timeoutMs: LATER_MS });
    await world.truth();
  });

  it('does not receive the login of a linked device, which reconnects when WhatsApp is back', async () => {
    const { server } = world;
    const companion = await world.startLinked();
    await world.truth();
    const finished = server.finishedHandshakes;
    server.impostor.certificates = 'other-root';
    for (const connection of server.connections) connection.cut();
    const { status, contacts } = await world.stateThat(isRefused);
    expect({ status, count: contacts.count }).toEqual({ status: 'disconnected', count: 1 });
    expect(server.finishedHandshakes).toBe(finished);

    server.impostor.reform();
    await world.phone.saveContact({ number: NUMBER, fullName: 'Anna Maier' });
    await world.truth(LATER_MS);
    expect(companion.unlinked).toBe(false);
  });

  it('cannot link the device to an account that did not sign it', async () => {
    const { server, phone } = world;
    server.impostor.forges.add('account');
    await world.startService();
    server.linking.neverRefresh();
    await expect(phone.scan(await world.service.qr())).rejects.toThrow(LinkRefused);
    const { phone: linked } = await world.stateThat(
      ({ reason_code }) => reason_code === 'link_signature_invalid',
    );
    expect(linked).toBeNull();

    server.impostor.reform();
    await phone.scan(() => world.service.qr());
    await world.truth();
  });
});
