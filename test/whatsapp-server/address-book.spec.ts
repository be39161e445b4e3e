import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Contact, proto } from '@whiskeysockets/baileys';
import { BaileysCompanion } from './baileys-companion.js';
import { ANNA, BOB, CompanionWorld, jid } from './companion-world.js';
import { phoneNumber } from './jid.js';
import { element } from './stanza.js';

let world: CompanionWorld;
let { server, phone, companion } = {} as CompanionWorld;

beforeEach(async () => {
  world = await CompanionWorld.open();
  ({ server, phone, companion } = world);
});

afterEach(() => world.close());

describe('the address book', () => {
  it('arrives as a snapshot after linking', async () => {
    await phone.saveContact({ number: ANNA, fullName: 'Anna Müller', firstName: 'Anna' });
    await phone.saveContact({ number: BOB, firstName: 'Bob' });
    await phone.saveLidContact({ lid: '81234567890123', fullName: 'Known by LID', firstName: 'Known' });
    const first = world.contact(ANNA);
    await world.link();
    const names = (await first).map(({ id, name }) => [id, name]);
    expect(names).toEqual([
      [jid(ANNA), 'Anna Müller'],
      [jid(BOB), 'Bob'],
      ['81234567890123@lid', 'Known by LID'],
    ]);
    expect(server.downloads.filter(({ kind }) => kind === 'snapshot')).toHaveLength(2);
  });

  it('sends a patch for a new contact, a rename and a deletion', async () => {
    await phone.saveContact({ number: ANNA, fullName: 'Anna Müller' });
    await world.link();
    const added = world.contact(BOB);
    await phone.saveContact({ number: BOB, fullName: 'Bob', lid: '81234567890123' });
    expect(await added).toMatchObject([{ name: 'Bob', lid: '81234567890123@lid' }]);
    const renamed = world.contact(ANNA);
    await phone.saveContact({ number: ANNA, fullName: 'Anna Schmidt' });
    expect(await renamed).toMatchObject([{ name: 'Anna Schmidt' }]);
    const deleted = world.contact(ANNA);
    await phone.deleteContact(ANNA);
    expect((await deleted)[0]?.name).toBeUndefined();
    expect([...phone.addressBook().keys()]).toEqual([BOB]);
  });

  it('accepts contacts that a companion saves and deletes, and rejects patches on another version', async () => {
    await phone.saveContact({ number: BOB, fullName: 'Bob' });
    await world.link();
    await phone.whenSettled();
    const contact = { fullName: 'Anna by device', firstName: 'Anna', saveOnPrimaryAddressbook: true };
    await companion.socket.addOrEditContact(jid(ANNA), contact);
    expect(phone.addressBook().get(phoneNumber(ANNA))).toMatchObject({ fullName: 'Anna by device' });
    const renamed = world.contact(ANNA);
    await phone.saveContact({ number: ANNA, fullName: 'Anna by phone' });
    expect(await renamed).toMatchObject([{ name: 'Anna by phone' }]);
    await companion.socket.removeContact(jid(BOB));
    expect([...phone.addressBook().keys()]).toEqual([ANNA]);
    expect(companion.appStateWarnings).toEqual([]);
    const { patches, version } = phone.appState.get('critical_unblock_low');
    const old = proto.SyncdPatch.encode({ keyId: { id: patches.at(-1)?.key.id } }).finish();
    const [only] = phone.companions;
    if (!only) throw new Error('no companion is linked');
    expect(await phone.applyPatch(only, 'critical_unblock_low', old, version - 1)).toEqual({ code: 409 });
    expect(await phone.applyPatch(only, 'critical_unblock_low', old, version)).toEqual({ code: 400 });
  });

  it('keeps the LT hash correct after deletions, repeated contacts and a new sync key', async () => {
    await world.link();
    await phone.saveContacts([
      { number: ANNA, fullName: 'Anna 1' },
      { number: ANNA, fullName: 'Anna 2' },
      { number: BOB, fullName: 'Bob' },
    ]);
    await phone.deleteContact(BOB, { withoutAction: true });
    await phone.rotateSyncKey();
    const renamed = companion.next('contacts.upsert', (all) => all.some(({ name }) => name === 'Anna 3'));
    await phone.saveContact({ number: ANNA, fullName: 'Anna 3' });
    await renamed;
    const last = world.contact(BOB);
    await phone.saveContact({ number: BOB, fullName: 'Bob again' });
    expect(await last).toMatchObject([{ name: 'Bob again' }]);
  });

  it('is sent in pages, with large patches on the media host', async () => {
    await phone.saveContact({ number: ANNA, fullName: 'Anna' });
    await world.link();
    phone.appState.settings.patchesPerPage = 2;
    phone.appState.settings.inlineMutations = 3;
    await companion.stop();
    for (const n of [1, 2, 3, 4])
      await phone.saveContact({ number: `49171000000${n}`, fullName: `Person ${n}` });
    await phone.saveContacts(
      [5, 6, 7, 8].map((n) => ({ number: `49171000000${n}`, fullName: `Person ${n}` })),
    );
    const last = world.contact('491710000008');
    companion.start();
    await last;
    const upserts = companion.events.filter(({ name }) => name === 'contacts.upsert');
    expect(upserts.flatMap(({ payload }) => payload as Contact[])).toHaveLength(1 + 8);
    expect(server.downloads.filter(({ kind }) => kind === 'patch')).toHaveLength(1);
  });

  it('sends an older snapshot together with the patches since', async () => {
    await phone.saveContact({ number: ANNA, fullName: 'Anna' });
    await world.link();
    phone.appState.settings.snapshotLagVersions = 10;
    const bob = world.contact(BOB);
    await phone.saveContact({ number: BOB, fullName: 'Bob' });
    await bob;
    const second = new BaileysCompanion();
    const both = second.next('contacts.upsert', (all) => all.some(({ id }) => id === jid(BOB)));
    await phone.scan(await second.qr());
    expect(await both).toHaveLength(2);
    await second.stop();
  });

  it('waits for a sync key that the phone withholds', async () => {
    phone.withholdSyncKeys();
    await phone.saveContact({ number: ANNA, fullName: 'Anna' });
    await world.link();
    expect(companion.events.some(({ name }) => name === 'contacts.upsert')).toBe(false);
    const arrived = world.contact(ANNA);
    await phone.shareSyncKeys();
    await arrived;
  });

  it('reports a conflict for a version that does not exist yet', async () => {
    await world.link();
    const collection = { name: 'critical_unblock_low', version: '99', return_snapshot: 'false' };
    const answer: unknown = await companion.socket.query({
      tag: 'iq',
      attrs: { to: '@s.whatsapp.net', xmlns: 'w:sync:app:state', type: 'set' },
      content: [element('sync', {}, [element('collection', collection)])],
    });
    expect(JSON.stringify(answer)).toContain('"code":"409"');
  });
});
