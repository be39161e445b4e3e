import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { proto } from '@whiskeysockets/baileys';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';
import { element, newStanzaId, nowSeconds, SERVER_OFFLINE } from '../whatsapp-server/stanza.js';
import type { ReceivedStanza } from '../whatsapp-server/stanza-log.js';

/** Behavior that WhatsApp expects of a linked device, and that Baileys alone does not show. */
describe('a well-behaved linked device', () => {
  let world: World;
  const sent = (picks: (stanza: ReceivedStanza) => boolean) => world.server.stanzas.all.filter(picks);
  const presences = () => sent(({ tag }) => tag === 'presence').map(({ attrs }) => attrs);
  const appStateQueries = () => sent(({ xmlns }) => xmlns === 'w:sync:app:state');
  const ackOf = (id: string) =>
    eventually(`${id} is acknowledged`, async () =>
      sent(({ tag, attrs }) => tag === 'ack' && attrs.id === id).at(0),
    );
  const companion = () => {
    const [only] = world.phone.companions;
    if (!only) throw new Error('No device is linked');
    return only;
  };

  beforeAll(async () => {
    world = await World.create();
    world.server.createContact({ number: '491701230001', pushName: 'anna' });
    await world.phone.saveContact({ number: '491701230001', fullName: 'Anna Huber' });
    await world.startLinked();
    await world.truth();
  });

  afterAll(() => world.stop());

  it('announces that it is unavailable, and never that it is available', async () => {
    await eventually('a presence is announced', async () => presences().length > 0);
    const before = presences();
    await world.restart();
    await world.truth();
    await eventually('it is announced again', async () => presences().length > before.length);
    expect(new Set(presences().map(({ type, name }) => `${type} ${name}`))).toEqual(
      new Set(['unavailable Owner']),
    );
  });

  it('sends no presence when the phone writes a message', async () => {
    const before = presences().length;
    const message = element('message', {
      from: world.phone.jid,
      recipient: '491701230001@s.whatsapp.net',
      type: 'text',
      t: nowSeconds(),
      notify: 'Owner',
    });
    await world.phone.notify(message);
    await world.phone.saveContact({ number: '491701230001', fullName: 'Anna H.' });
    await world.truth();
    expect(presences()).toHaveLength(before);
  });

  it('acknowledges a changed collection, and then reads it once', async () => {
    const before = appStateQueries().length;
    const slow = world.server.faults.received.arm(
      { delayMs: 1_500 },
      { when: ({ attrs }) => attrs.xmlns === 'w:sync:app:state' },
    );
    await world.phone.saveContact({ number: '491701230002', fullName: 'Ben' });
    await world.phone.whenSettled();
    expect((await world.listedOne('491701230002'))?.full_name).toBeUndefined();
    await slow.whenStruck();
    await world.truth();
    expect(appStateQueries()).toHaveLength(before + 1);
  });

  it('does not read collections without contacts', async () => {
    const before = appStateQueries().length;
    for (const name of ['regular', 'regular_low', 'regular_high']) {
      await companion().notify('server_sync', [element('collection', { name, version: '7' })]);
    }
    expect(appStateQueries()).toHaveLength(before);
  });

  it('reads app state that WhatsApp marks as dirty, and then clears the mark', async () => {
    const before = appStateQueries().length;
    const dirty = element('dirty', { type: 'syncd_app_state', timestamp: '1700000000' });
    companion().connection?.send(element('ib', SERVER_OFFLINE, [dirty]));
    const { node } = await world.server.stanzas.waitFor(({ xmlns }) => xmlns === 'urn:xmpp:whatsapp:dirty');
    expect(node.content).toEqual([
      { tag: 'clean', attrs: { type: 'syncd_app_state', timestamp: '1700000000' } },
    ]);
    expect(appStateQueries()).toHaveLength(before + 2);
  });

  it('reads patches when WhatsApp requests a contact sync, and a snapshot at most every 6 hours', async () => {
    const isIdle = () => eventually('it is read', async () => appStateQueries().length > before);
    const snapshots = () => appStateQueries().filter(({ node }) => JSON.stringify(node).includes('"true"'));
    let before = appStateQueries().length;
    const snapshotsBefore = snapshots().length;
    const told = element('notification', { from: SERVER_OFFLINE.from, type: 'contacts', t: nowSeconds() }, [
      element('sync', { after: nowSeconds() }),
    ]);
    await world.phone.notify(told);
    await isIdle();
    await world.phone.saveContact({ number: '491701230003', fullName: 'Carla' });
    await world.truth();
    expect(snapshots()).toHaveLength(snapshotsBefore);

    await world.database.query(`UPDATE account SET reconciled_at = now() - interval '6 hours 1 minute'`);
    before = appStateQueries().length;
    await world.phone.notify(told);
    await eventually('a snapshot is read', async () => snapshots().length === snapshotsBefore + 1);
    expect(appStateQueries().slice(before)).toHaveLength(2);
    await world.truth();
  });

  it('sends only unavailable presence, also for WhatsApp Business accounts', async () => {
    const other = await World.create({}, { businessName: 'Shop' });
    await other.startLinked();
    await other.truth();
    await other.restart();
    await other.truth();
    const presence = other.server.log.filter(({ tag }) => tag === 'presence');
    await other.stop();
    expect(presence.length).toBeGreaterThan(0);
    for (const { attrs } of presence) expect(attrs).toEqual({ type: 'unavailable', name: 'Owner' });
  });

  it('recognizes its own push name in a history part by LID', async () => {
    const other = await World.create({}, { pushName: undefined });
    await other.startLinked();
    const { PUSH_NAME } = proto.Message.HistorySyncType;
    const pushNames = [{ jid: other.phone.lidJid, name: 'Owner by LID' }];
    await other.phone.sendHistory({ syncType: PUSH_NAME, pushNames });
    await eventually('the name is known', async () => {
      const [row] = await other.database.query<{ name: string | null }>(
        'SELECT push_name AS name FROM account',
      );
      return row?.name === 'Owner by LID';
    });
    await other.stop();
  });

  it('does not wait for history when the phone reports that it has none', async () => {
    const other = await World.create();
    other.phone.history.send = false;
    await other.startLinked();
    void other.phone.sendHistory({ syncType: proto.Message.HistorySyncType.NO_HISTORY });
    await other.truth();
    await other.stop();
  });

  it('acknowledges a status update without an error, although it cannot be decrypted', async () => {
    const id = newStanzaId();
    const node = element(
      'message',
      {
        id,
        from: 'status@broadcast',
        participant: '491701230001@s.whatsapp.net',
        type: 'media',
        t: nowSeconds(),
        notify: 'anna of today',
      },
      [element('enc', { v: '2', type: 'skmsg' }, Buffer.alloc(40, 1))],
    );
    await companion().outbox.post({ id, build: () => Promise.resolve(node) });
    expect((await ackOf(id)).attrs.error).toBeUndefined();
    expect((await world.listedOne('491701230001'))?.push_name).toBe('anna of today');
  });
});
