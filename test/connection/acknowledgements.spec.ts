import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';
import type { Companion } from '../whatsapp-server/companion.js';
import { NotAcknowledgedError } from '../whatsapp-server/outbox.js';
import { element, newStanzaId, nowSeconds } from '../whatsapp-server/stanza.js';

const ANNA = '491701230001@s.whatsapp.net';

/** The server ends the connection of a companion that leaves a stanza unacknowledged. */
describe('acknowledgements', () => {
  let world: World;
  const companion = (): Companion => world.phone.companions[0] as Companion;
  const acknowledgements = () => companion().outbox.acknowledgements;

  /** Sends a stanza unchanged; resolves when it is acknowledged. */
  async function send(tag: string, attrs: Record<string, string>, content = [element('enc', { v: '2' })]) {
    const id = newStanzaId();
    const node = element(tag, { id, t: nowSeconds(), ...attrs }, content);
    await companion().outbox.post({ id, build: () => Promise.resolve(node) });
    const ack = world.server.stanzas.all.find((each) => each.tag === 'ack' && each.attrs.id === id);
    return ack?.attrs ?? {};
  }

  beforeAll(async () => {
    world = await World.create();
    world.server.settings.acknowledgeWithinMs = 10_000;
    world.server.createContact({ number: '491701230001', pushName: 'anna' });
    await world.phone.saveContact({ number: '491701230001', fullName: 'Anna Huber' });
    await world.startLinked();
    await world.truth();
  });

  afterAll(() => world.stop());

  it('has acknowledged every stanza of a first sync', () => {
    expect(acknowledgements().missing).toEqual([]);
    expect(acknowledgements().mismatched).toEqual([]);
  });

  it('reads and acknowledges a <status> like a message', async () => {
    const ben = world.server.createContact({
      number: '491701230002',
      lid: '81234567890002',
      pushName: 'ben of today',
      addressing: 'lid',
    });
    await ben.sendStatus(world.phone, 'on holiday');
    const ack = world.server.stanzas.all.findLast(({ attrs }) => attrs.class === 'status');
    expect(ack?.attrs).toMatchObject({ to: 'status@broadcast', participant: ben.lidJid });
    expect(ack?.attrs.error).toBeUndefined();
    expect((await world.listedOne('491701230002'))?.push_name).toBe('ben of today');
  });

  it('acknowledges <appdata>', async () => {
    expect(await send('appdata', { from: ANNA, type: 'text' })).toMatchObject({ class: 'appdata', to: ANNA });
  });

  it('acknowledges calls and receipts', async () => {
    expect(await send('call', { from: ANNA }, [element('terminate')])).toMatchObject({ class: 'call' });
    expect(await send('receipt', { from: ANNA, type: 'read', participant: ANNA })).toMatchObject({
      class: 'receipt',
      type: 'read',
      participant: ANNA,
    });
  });

  it('does not prepare keys for an unknown sender that requests a message again', async () => {
    const queries = () => world.server.stanzas.all.filter(({ xmlns }) => xmlns === 'encrypt').length;
    const before = queries();
    const retry = element('retry', { count: '1', id: '1', v: '1' });
    await send('receipt', { from: ANNA, type: 'retry' }, [retry]);
    expect(queries()).toBe(before);
  });

  it.each(['picture', 'w:gp2', 'newsletter', 'psa', 'link_code_companion_reg', 'type_of_tomorrow'])(
    'acknowledges notifications of type %s',
    async (type) => {
      const from = type === 'w:gp2' ? '120363000000000001@g.us' : 's.whatsapp.net';
      expect(await send('notification', { from, type }, [])).toMatchObject({ class: 'notification', type });
    },
  );

  it('refuses unknown tags with error 488, so that they are not delivered again', async () => {
    const refusal = send('tag_of_tomorrow', { from: 's.whatsapp.net' });
    await expect(refusal).rejects.toMatchObject({ code: '488' });
    await expect(refusal).rejects.toBeInstanceOf(NotAcknowledgedError);
  });

  it('stays connected throughout', async () => {
    const { logins } = companion();
    const received = Date.now() + world.server.settings.acknowledgeWithinMs;
    await eventually('the acknowledgement timeout has passed', async () => Date.now() > received);
    expect(acknowledgements().missing).toEqual([]);
    expect(acknowledgements().mismatched).toEqual([]);
    expect(companion().outbox.size).toBe(0);
    expect(companion().logins).toBe(logins);
  });
});
