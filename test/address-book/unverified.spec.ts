import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { DegradationCode } from '../../src/sessions/degradation.entity.js';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';
import type { AppStateSubject } from '../whatsapp-server/faults.js';

const number = (index: number) => String(491703100000 + index);
const people = Array.from({ length: 12 }, (_, at) => ({ number: number(at), fullName: `Name ${at}` }));

/** Servers whose app state does not add up, as is seen on the real network. */
describe('an address book that cannot be verified', () => {
  let world: World;

  afterEach(() => world.stop());

  const part = (part: AppStateSubject['part']) => ({
    times: Infinity,
    when: (subject: AppStateSubject) =>
      subject.part === part && subject.collection === 'critical_unblock_low',
  });
  const degraded = async () => (await world.state()).degraded.map(({ code }) => code);
  const isDegradedBy = (code: DegradationCode) =>
    eventually(`${code} is reported`, async () => (await degraded()).includes(code));

  it('is served after linking with a degradation, and stays current through 100 patches', async () => {
    world = await World.create();
    await world.phone.saveContacts(people);
    world.server.faults.appState.arm('lt-hash', part('snapshot'));
    world.phone.inbox.answers = false;
    await world.startLinked();
    await world.truth();
    expect(await degraded()).toEqual(['snapshot_unverified']);
    for (let change = 0; change < 100; change += 1) {
      const contact = { number: number(change % 20), fullName: `Change ${change}` };
      if (change % 7 === 3) await world.phone.deleteContact(number((change - 1) % 20));
      else await world.phone.saveContact(contact);
    }
    await world.truth();
  });

  it('is served without its corrupt records, and contacts that are already stored keep their names', async () => {
    world = await World.create();
    await world.phone.saveContacts(people);
    await world.startLinked();
    await world.truth();
    // It would help at once.
    world.phone.inbox.answers = false;
    world.server.faults.appState.arm('record', part('snapshot'));
    world.server.faults.appState.arm('patch-mac', part('patch'));
    await world.phone.saveContact({ number: number(5), fullName: 'In a snapshot only' });
    await eventually(
      'the address book is read nevertheless',
      async () => (await world.listedOne(number(5)))?.full_name === 'In a snapshot only',
    );
    expect([...(await world.listed()).keys()].sort()).toEqual(people.map(({ number: each }) => each));
    await isDegradedBy('snapshot_unverified');
  });

  it('is read without a snapshot after exit code 0 of a patch, and with one after other codes', async () => {
    world = await World.create();
    await world.phone.saveContacts(people);
    await world.startLinked();
    await world.truth();
    const snapshots = () =>
      world.server.log.filter(({ node }) => JSON.stringify(node).includes('"return_snapshot":"true"')).length;
    const before = snapshots();
    world.server.faults.appState.arm('exit-code-zero', part('patch'));
    await world.phone.saveContact({ number: number(1), fullName: 'Exit code 0' });
    await world.truth();
    expect(snapshots()).toBe(before);
    world.server.faults.appState.disarm();
    const terminal = world.server.faults.appState.arm('exit-code', { when: part('patch').when });
    await world.phone.saveContact({ number: number(1), fullName: 'Exit code 7' });
    await terminal.whenStruck();
    await world.truth();
    expect(snapshots()).toBe(before + 1);
  });

  it('is requested from the phone, once in 48 hours', async () => {
    world = await World.create();
    await world.phone.saveContacts(people);
    world.server.faults.appState.arm('record', part('snapshot'));
    world.phone.inbox.answers = false;
    await world.startLinked();
    await isDegradedBy('snapshot_unverified');
    const asked = () =>
      world.phone.inbox.messages.flatMap(
        ({ peerDataOperationRequestMessage: request }) =>
          request?.syncdCollectionFatalRecoveryRequest?.collectionName ?? [],
      );
    await eventually('the phone receives a request', async () => asked().length > 0);
    expect((await world.listed()).size).toBe(people.length - 1);
    await world.restart();
    await world.phone.saveContact({ number: number(40), fullName: 'Later' });
    await eventually('it is read', async () => (await world.listedOne(number(40)))?.full_name === 'Later');
    expect(asked()).toEqual(['critical_unblock_low']);

    world.phone.inbox.answers = true;
    await world.database.query(
      "UPDATE app_state_collection SET recovery_asked_at = now() - interval '49 hours'",
    );
    await world.restart();
    await world.truth();
    // Names are served before the last transaction makes the copy current.
    await eventually('the degradation ends', async () => (await degraded()).length === 0);
    expect(world.phone.inbox.failures).toEqual([]);
  });

  it('applies authentic changes, counts mismatches, and recovers with the next matching patch', async () => {
    world = await World.create();
    await world.phone.saveContacts(people);
    await world.startLinked();
    await world.truth();
    world.phone.inbox.answers = false;
    const wrong = world.server.faults.appState.arm('lt-hash', part('patch'));
    world.server.faults.appState.arm('lt-hash', part('snapshot'));
    await world.phone.saveContact({ number: number(1), fullName: 'Authentic' });
    await world.phone.deleteContact(number(2));
    await world.truth();
    await isDegradedBy('changes_unverified');
    wrong.disarm();
    await world.phone.saveContact({ number: number(3), fullName: 'Adds up' });
    await eventually('the degradation ends', async () => !(await degraded()).includes('changes_unverified'));
    await world.truth();
  });

  it('does not apply a patch that the phone has aborted', async () => {
    world = await World.create();
    await world.phone.saveContacts(people);
    await world.startLinked();
    await world.truth();
    const exit = world.server.faults.appState.arm('exit-code', part('patch'));
    await world.phone.saveContact({ number: number(1), fullName: 'From a snapshot' });
    await exit.whenStruck();
    await world.truth();
  });

  it('loses no contacts while it is read from the first patch, page by page', async () => {
    world = await World.create();
    for (const person of people) await world.phone.saveContact(person);
    await world.startLinked();
    await world.truth();
    Object.assign(world.phone.appState.settings, { withoutSnapshots: true, patchesPerPage: 2 });
    await world.phone.deleteContact(number(11));
    await world.truth();
    world.server.faults.received.arm(
      { delayMs: 300 },
      { times: Infinity, when: ({ attrs }) => attrs.xmlns === 'w:sync:app:state' },
    );
    world.phone.unlink();
    const counts = new Set<number>();
    const linked = (async () => {
      await world.stateThat(({ qr }) => qr !== null);
      await world.phone.scan(() => world.service.qr(), { timeoutMs: 60_000 });
      await world.truth();
      return true;
    })();
    while (!(await Promise.race([linked, sleep(50, false)]))) counts.add((await world.listed()).size);
    expect([...counts]).toEqual([11]);
  });
});
