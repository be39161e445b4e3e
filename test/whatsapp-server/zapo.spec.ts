import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/service.js';
import { ANNA, jid, OWNER } from './companion-world.js';
import type { Phone } from './phone.js';
import { WhatsAppServer } from './whatsapp-server.js';
import { ZapoCompanion } from './zapo-companion.js';

let server: WhatsAppServer;
let phone: Phone;
let zapo: ZapoCompanion;

beforeEach(async () => {
  server = await WhatsAppServer.start();
  // zapo renews its secret whenever it is retired, even after it has shared it with the phone.
  server.linking.refreshes.afterCode = 0;
  // zapo does not fetch the current version. Applications are expected to do so.
  server.webSite.oldestLinkableRevision = 0;
  phone = server.createPhone({ number: OWNER, pushName: 'Owner' });
  await phone.saveContact({ number: ANNA, fullName: 'Anna Müller', firstName: 'Anna' });
  zapo = new ZapoCompanion(server);
  await zapo.connect();
  await eventually('a QR code is available', async () => zapo.shownQr !== '');
});

afterEach(async () => {
  await zapo.disconnect();
  await server.stop();
  expect(server.errors).toEqual([]);
});

describe('a client other than Baileys', () => {
  it.each(['QR code', 'pairing code'])('links by %s and syncs the address book', async (way) => {
    const companion =
      way === 'QR code'
        ? await phone.scan(async () => zapo.shownQr)
        : await phone.enterPairingCode(await zapo.requestPairingCode(OWNER));
    expect(companion.online).toBe(true);
    const hasName = (name?: string) => async () => zapo.names.get(jid(ANNA)) === name;
    await eventually('the snapshot is applied', hasName('Anna Müller'));
    await phone.saveContact({ number: ANNA, fullName: 'Anna Schmidt', firstName: 'Anna' });
    await eventually('the patch is applied', hasName('Anna Schmidt'));
    await phone.deleteContact(ANNA);
    await eventually('the removal is applied', hasName());
    // zapo has stored the server's key at the previous login, and begins with Noise IK.
    const [connection] = server.connections;
    connection?.cut();
    await eventually(
      'the companion has logged in again',
      async () => companion.online && companion.logins > 1,
    );
    await phone.saveContact({ number: ANNA, fullName: 'Anna Klein' });
    await eventually('the patch is applied over the new connection', hasName('Anna Klein'));
  });
});
