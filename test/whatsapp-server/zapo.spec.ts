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
  // zapo renews its secret whenever it is retired, even the one that it has just agreed on with the phone.
  server.linking.refreshes.afterCode = 0;
  // Nor does it fetch the current version; its users do.
  server.webSite.oldestLinkableRevision = 0;
  phone = server.createPhone({ number: OWNER, pushName: 'Owner' });
  await phone.saveContact({ number: ANNA, fullName: 'Anna Müller', firstName: 'Anna' });
  zapo = new ZapoCompanion(server);
  await zapo.connect();
  await eventually('a QR code is on show', async () => zapo.shownQr !== '');
});

afterEach(async () => {
  await zapo.disconnect();
  await server.stop();
  expect(server.errors).toEqual([]);
});

describe('another client than Baileys', () => {
  it.each(['QR code', 'pairing code'])('links by %s, and follows the address book', async (way) => {
    const companion =
      way === 'QR code'
        ? await phone.scan(async () => zapo.shownQr)
        : await phone.enterPairingCode(await zapo.requestPairingCode(OWNER));
    expect(companion.online).toBe(true);
    const knows = (name?: string) => async () => zapo.names.get(jid(ANNA)) === name;
    await eventually('it has read the snapshot', knows('Anna Müller'));
    await phone.saveContact({ number: ANNA, fullName: 'Anna Schmidt', firstName: 'Anna' });
    await eventually('it has read a patch', knows('Anna Schmidt'));
    await phone.deleteContact(ANNA);
    await eventually('it has read a removal', knows());
    // It remembers the server's key from the login before, and begins with Noise IK.
    const [connection] = server.connections;
    connection?.cut();
    await eventually('it has logged in again', async () => companion.online && companion.logins > 1);
    await phone.saveContact({ number: ANNA, fullName: 'Anna Klein' });
    await eventually('it follows over the new connection', knows('Anna Klein'));
  });
});
