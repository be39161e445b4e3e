import { afterEach, describe, expect, it } from '@jest/globals';
import type { SessionDto } from '../../src/api/sessions/session-status.dto.js';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';

const NUMBER = '491701230001';
/** The service waits for 10 s before it requests a key. */
const ASKED_WITHIN_MS = 60_000;

describe('a sync key that the phone has not shared', () => {
  let world: World;

  afterEach(() => world.stop());

  const asked = () =>
    world.phone.inbox.messages.flatMap(({ appStateSyncKeyRequest }) => appStateSyncKeyRequest ?? []);
  const isAskedFor = (times: number) =>
    eventually(`a key is requested ${times} times`, async () => asked().length === times, ASKED_WITHIN_MS);
  const isDegraded = ({ degraded }: SessionDto) => degraded.some(({ code }) => code === 'sync_key_missing');

  it('is requested after linking by the ID from the server, and then decrypts the collection', async () => {
    world = await World.create();
    await world.phone.saveContact({ number: NUMBER, fullName: 'Anna Huber' });
    world.phone.withholdSyncKeys();
    await world.startLinked();
    await isAskedFor(1);
    await world.truth();
    expect(asked()).toHaveLength(1);
    expect(world.phone.inbox.failures).toEqual([]);
    await world.stateThat((state) => !isDegraded(state));
  });

  it('is requested once a day if the phone does not answer, also after restarts, and is reported', async () => {
    world = await World.create();
    await world.phone.saveContact({ number: NUMBER, fullName: 'Anna Huber' });
    await world.startLinked();
    await world.truth();
    world.phone.inbox.answers = false;
    world.phone.withholdSyncKeys();
    await world.phone.rotateSyncKey();
    await world.phone.saveContact({ number: NUMBER, fullName: 'Anna Maier' });
    await isAskedFor(1);
    await world.stateThat(isDegraded);
    await world.restart();
    const [first] = await world.database.query<{ asked: Date }>(
      'SELECT asked_at AS asked FROM sync_key_request',
    );
    await world.database.query("UPDATE degradation SET message = 'old'");
    await eventually(
      'the key is reported as missing again',
      async () => (await world.state()).degraded.some(({ message }) => message !== 'old'),
      ASKED_WITHIN_MS,
    );
    expect(await world.database.query('SELECT asked_at AS asked FROM sync_key_request')).toEqual([first]);
    expect(asked()).toHaveLength(1);

    world.phone.inbox.answers = true;
    await world.database.query("UPDATE sync_key_request SET asked_at = now() - interval '25 hours'");
    await world.restart();
    await world.truth();
    expect(asked()).toHaveLength(2);
    await world.stateThat((state) => !isDegraded(state));
  });

  it('is requested from all devices of the account, and read when a companion shares it', async () => {
    world = await World.create();
    const tablet = world.phone.addOtherDevice();
    await world.phone.saveContact({ number: NUMBER, fullName: 'Anna Huber' });
    await world.startLinked();
    await world.truth();
    world.phone.inbox.answers = false;
    world.phone.withholdSyncKeys();
    await world.phone.rotateSyncKey();
    await world.phone.saveContact({ number: NUMBER, fullName: 'Anna Maier' });
    await isAskedFor(1);
    await world.truth();
    expect(tablet.inbox.messages.flatMap(({ appStateSyncKeyRequest: asks }) => asks ?? [])).toHaveLength(1);
    expect([...tablet.inbox.failures, ...world.phone.inbox.failures]).toEqual([]);
    const sent = world.server.log.filter(({ tag, attrs }) => tag === 'message' && attrs.category === 'peer');
    expect(sent.map(({ attrs }) => attrs.push_priority)).toEqual(['high', 'high']);
  });
});
