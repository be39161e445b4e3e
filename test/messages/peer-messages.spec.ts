import { afterEach, describe, expect, it } from '@jest/globals';
import type { SessionDto } from '../../src/api/sessions/session-status.dto.js';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';
import { child, childBytes } from '../whatsapp-server/stanza.js';

let world: World;

afterEach(() => world.stop());

const retries = () =>
  world.server.stanzas.all.filter(({ tag, attrs }) => tag === 'receipt' && attrs.type === 'retry');

describe('a message of the phone that cannot be decrypted', () => {
  it('is requested again, so that no sync keys are lost', async () => {
    world = await World.create();
    await world.phone.saveContact({ number: '491701230001', fullName: 'Anna Huber' });
    const isKeyShare = { when: isPeer('appStateSyncKeyShare') };
    const garbled = world.server.faults.messages.arm('garbled', isKeyShare);
    await world.startLinked();
    await garbled.whenStruck();
    await world.truth();
    expect(retries().map(({ attrs }) => attrs.category)).toEqual(['peer']);
  });

  it('is requested again, so that no history is lost', async () => {
    world = await World.create();
    world.server.createContact({ number: '491701230001', pushName: 'anna' });
    const garbled = world.server.faults.messages.arm('garbled', {
      times: 3,
      when: isPeer('historySyncNotification'),
    });
    await world.startLinked();
    await garbled.whenStruck(3);
    await eventually(
      'the push name is stored',
      async () => (await world.listedOne('491701230001'))?.push_name === 'anna',
    );
  });

  it('is requested with a new pre-key each time, up to a limit', async () => {
    world = await World.create();
    await world.startLinked();
    await world.truth();
    const before = retries().length;
    world.server.faults.messages.arm('garbled', { times: Infinity, when: isPeer('appStateSyncKeyShare') });
    void world.phone.shareSyncKeys().catch(() => {});
    await eventually('the service gives up', () =>
      Promise.resolve(world.phone.companions[0]?.outbox.size === 0),
    );
    const asked = retries().slice(before);
    const counts = asked.map(({ node }) => child(node, 'retry')?.attrs.count);
    const preKeyIds = asked.map(({ node }) =>
      childBytes(child(child(node, 'keys'), 'key'), 'id')?.toString('hex'),
    );
    expect(counts).toEqual(['1', '2', '3', '4', '5']);
    expect(new Set(preKeyIds).size).toBe(5);
    const isTold = ({ degraded }: SessionDto) => degraded.some(({ code }) => code === 'phone_message_lost');
    await world.stateThat(isTold);
    world.server.faults.messages.disarm();
    await world.phone.shareSyncKeys();
    await world.stateThat((state) => !isTold(state));
  });
});

function isPeer(kind: 'appStateSyncKeyShare' | 'historySyncNotification') {
  return ({ message }: { message: { protocolMessage?: object | null } }) =>
    kind in (message.protocolMessage ?? {});
}
