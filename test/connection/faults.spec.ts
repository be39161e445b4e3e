import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildren, proto } from '@whiskeysockets/baileys';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';
import { type AppStateSubject, iq, stanza } from '../whatsapp-server/faults.js';

const { HistorySyncType } = proto.HistorySync;
const ANNA = '491701000001';
const number = (index: number) => String(491701000000 + index);
const appState = iq('w:sync:app:state');

let world: World;

/** Loses the line, so that what is armed strikes at the next login. */
function cutLine(): void {
  for (const connection of world.server.connections) connection.cut();
}

async function seed(count: number): Promise<void> {
  const people = Array.from({ length: count }, (_, at) => number(at + 1));
  for (const [at, each] of people.entries())
    world.server.createContact({ number: each, pushName: `push ${at}` });
  await world.phone.saveContacts(
    people.map((each, at) => ({ number: each, fullName: `Name ${at}`, firstName: `N${at}` })),
  );
}

const rename = (index: number, fullName: string) =>
  world.phone.saveContact({ number: number(index), fullName });

const reasonThat = (pattern: RegExp) => world.service.sessionThat(({ reason }) => pattern.test(reason ?? ''));

const loginSteps = {
  'the TCP connection': () => world.server.faults.tcp.arm('reset'),
  success: () => world.server.faults.sent.arm('cut-after', { when: stanza('success') }),
  'the pre-key count': () =>
    world.server.faults.received.arm({ cut: 'before-answer' }, { when: iq('encrypt') }),
  'going active': () => world.server.faults.received.arm({ cut: 'before-answer' }, { when: iq('passive') }),
  'the request for app state': () =>
    world.server.faults.received.arm({ cut: 'on-arrival' }, { when: appState }),
  'the answer with app state': () =>
    world.server.faults.received.arm({ cut: 'before-answer' }, { when: appState }),
};

describe('faults of a linked session', () => {
  beforeAll(async () => {
    world = await World.create();
    await seed(40);
    await world.startLinked();
    await world.service.synced();
  });

  afterEach(() => world.server.faults.disarm());
  afterAll(() => world.stop());

  it.each(Object.entries(loginSteps))('survives a connection that is cut at %s', async (step, arm) => {
    const fault = arm();
    cutLine();
    await rename(1, `after ${step}`);
    await eventually('the fault struck', async () => {
      await world.skipPause();
      return fault.struck > 0;
    });
    await world.truth();
  });

  it('survives a server that is temporarily unreachable', async () => {
    await world.server.goDown();
    await rename(2, 'during the outage');
    await world.server.comeBack();
    await world.truth();
  });

  it.each(['patch-mac', 'snapshot-mac', 'lt-hash', 'record'] as const)(
    'follows the instructions of the phone after a patch with a wrong %s',
    async (effect) => {
      const fault = world.server.faults.appState.arm(effect, {
        when: ({ part, collection }) => part === 'patch' && collection === 'critical_unblock_low',
      });
      await rename(3, `spoiled ${effect}`);
      await fault.whenStruck();
      await world.truth();
    },
  );

  it('deletes no contacts because of corrupt data, reports it, and recovers', async () => {
    const when = ({ collection, part }: AppStateSubject) =>
      collection === 'critical_unblock_low' && part === 'snapshot';
    world.server.faults.appState.arm('patch-mac', { times: Infinity });
    world.server.faults.appState.arm('record', { times: Infinity, when });
    await world.phone.deleteContact(number(4));
    await rename(5, 'of a corrupt snapshot');
    await world.stateThat(({ degraded }) => degraded.some(({ code }) => code === 'snapshot_unverified'));
    await eventually(
      'the new name is read',
      async () => (await world.listedOne(number(5)))?.full_name === 'of a corrupt snapshot',
    );
    expect(await world.listedOne(number(4))).toBeDefined();

    world.server.faults.appState.disarm();
    // As if hours had passed.
    await world.database.query('UPDATE app_state_collection SET snapshot_failed_at = NULL');
    await world.restart();
    await world.truth();
    await world.stateThat(({ degraded }) => degraded.length === 0);
  });

  it.each([{ status: 404 }, { status: 500 }, { cut: true } as const])(
    'continues without a snapshot when the media server answers %j',
    async (effect) => {
      world.server.faults.appState.arm('patch-mac');
      const fault = world.server.faults.media.arm(effect, { when: ({ kind }) => kind === 'snapshot' });
      await rename(6, `media ${JSON.stringify(effect)}`);
      await fault.whenStruck();
      await world.truth();
      await world.database.query('UPDATE app_state_collection SET snapshot_failed_at = NULL');
    },
  );

  it('reads external mutations, also from a slow media host', async () => {
    world.phone.appState.settings.inlineMutations = 2;
    world.server.faults.media.arm({ slowMs: 700 });
    await world.phone.saveContacts(
      [10, 11, 12, 13].map((at) => ({ number: number(at), fullName: `external ${at}` })),
    );
    await world.truth();
    world.phone.appState.settings.inlineMutations = 200;
  });

  it('requests a snapshot when the file of a patch no longer exists', async () => {
    world.phone.appState.settings.inlineMutations = 0;
    const fault = world.server.faults.media.arm(
      { status: 410 },
      { times: Infinity, when: ({ kind }) => kind === 'patch' },
    );
    await rename(14, 'in a file that is gone');
    await fault.whenStruck();
    world.phone.appState.settings.inlineMutations = 200;
    await world.truth(60_000);
  });

  it('removes a contact that was saved and deleted before it was read', async () => {
    await world.server.goDown();
    await world.phone.saveContact({ number: number(99), fullName: 'Short-lived' });
    await world.phone.deleteContact(number(99));
    await world.server.comeBack();
    await rename(15, 'after it');
    await world.truth();
  });

  it('reads the same patch and the same message twice without harm', async () => {
    world.server.faults.sent.arm('twice', { times: 4 });
    await rename(16, 'twice');
    const anna = [...world.server.directory.contacts][0]!;
    anna.setPushName('Twice');
    await anna.sendText(world.phone, 'hello');
    await world.truth();
    expect((await world.listedOne(anna.number))?.push_name).toBe('Twice');
  });

  it('keeps the newer push name when an older message is redelivered', async () => {
    const ben = world.server.createContact({ number: number(60), pushName: 'Old' });
    const acks = ({ tag, attrs }: { tag: string; attrs: Record<string, string> }) =>
      (tag === 'receipt' || tag === 'ack') && (attrs.to ?? '').startsWith(ben.number);
    const deaf = world.server.faults.received.arm({ ignore: true }, { times: Infinity, when: acks });
    void ben.sendText(world.phone, 'first').catch(() => {});
    await deaf.whenStruck(1);
    deaf.disarm();
    // Messages carry the second at which they were sent.
    await sleep(1_050);
    ben.setPushName('New');
    await ben.sendText(world.phone, 'second');
    cutLine();
    await world.phone.whenSettled();
    await world.truth();
    expect((await world.listedOne(ben.number))?.push_name).toBe('New');
  });

  it('waits for a sync key that arrives after the patch, and reports it', async () => {
    world.phone.withholdSyncKeys();
    await world.phone.rotateSyncKey();
    await rename(17, 'under a new key');
    await reasonThat(/has not yet shared the sync key/);
    await world.phone.shareSyncKeys();
    await world.truth();
  });

  it('uses the new key when it changes between two patches of one page', async () => {
    await world.server.goDown();
    await rename(18, 'before the rotation');
    void world.phone.rotateSyncKey().catch(() => {});
    await rename(18, 'after the rotation');
    await world.phone.deleteContact(number(19));
    await world.server.comeBack();
    await world.truth();
  });

  it('reads every collection that one notification names', async () => {
    const lost = world.server.faults.sent.arm('lose', { when: stanza('notification', 'server_sync') });
    await rename(20, 'announced among others');
    await lost.whenStruck();
    const collections = ['regular', 'critical_unblock_low'].map((name) => ({
      tag: 'collection',
      attrs: { name, version: '1' },
    }));
    const attrs = { from: 's.whatsapp.net', type: 'server_sync' };
    await world.server.sendToCompanions(world.phone, { tag: 'notification', attrs, content: collections });
    await world.truth();
    cutLine();
    await world.truth();
  });

  it.each([
    ['64 kB, truncated to 1,000 characters', 70, 'ä'.repeat(32 * 1024), /^ä{1000}$/],
    ['NUL', 71, 'a\0b', /^ab$/],
    ['a lone surrogate', 72, 'a\ud800b', /^a\ufffd+b$/],
  ])('stores a name with %s', async (_what, index, name, kept) => {
    const eve = world.server.createContact({ number: number(index), pushName: name });
    await world.phone.saveContact({ number: eve.number, fullName: name });
    await eve.sendText(world.phone, 'hello');
    await eventually('the name is there', async () =>
      kept.test((await world.listedOne(eve.number))?.full_name ?? ''),
    );
    expect((await world.listedOne(eve.number))?.push_name).toMatch(kept);
    await world.phone.deleteContact(eve.number, { withoutAction: true });
    await world.truth();
    expect((await world.listedOne(eve.number))?.push_name).toMatch(kept);
  });

  it('continues when the name of the owner cannot be stored unchanged', async () => {
    const { SET } = proto.SyncdMutation.SyncdOperation;
    const value = { timestamp: Date.now(), pushNameSetting: { name: 'Ow\0ner 1' } };
    await world.phone.commit(
      [{ operation: SET, index: ['setting_pushName'], value, actionVersion: 1 }],
      'critical_block',
    );
    await world.service.sessionThat(({ push_name: name }) => name === 'Owner 1');
    const attrs = {
      from: world.phone.jid,
      type: 'text',
      notify: 'Ow\0ner 2',
      t: String(Math.floor(Date.now() / 1000)),
    };
    await world.server.sendToCompanions(world.phone, { tag: 'message', attrs });
    await world.service.sessionThat(({ push_name: name, status }) => name === 'Owner 2' && status === 'open');
  });

  it('continues after malformed stanzas', async () => {
    const attrs = { from: 's.whatsapp.net', type: 'server_sync' };
    const nonsense = [
      { tag: 'notification', attrs },
      { tag: 'notification', attrs: { ...attrs, type: 'w:gp2', participant: 'nobody' } },
      { tag: 'notification', attrs: { ...attrs, type: 'contacts' }, content: [{ tag: 'modify', attrs: {} }] },
      { tag: 'notification', attrs: { ...attrs, type: 'devices' } },
      {
        tag: 'message',
        attrs: { from: `${ANNA}@s.whatsapp.net`, notify: 'Anna', t: '0' },
        content: [{ tag: 'verified_name', attrs: {}, content: new Uint8Array([255, 255, 1]) }],
      },
      { tag: 'message', attrs: { from: 'x@y', t: 'soon' } },
    ];
    for (const each of nonsense)
      void world.server.sendToCompanions(world.phone, each as never).catch(() => {});
    await rename(21, 'after the nonsense');
    await world.truth();
    expect(world.server.connections).toHaveLength(1);
  });

  it('reads history that arrives late, in a file that is unavailable at first', async () => {
    const fault = world.server.faults.media.arm({ status: 404 }, { when: ({ kind }) => kind === 'history' });
    const pushNames = [{ jid: `${number(80)}@s.whatsapp.net`, name: 'From late history' }];
    await world.phone.sendHistory({ syncType: HistorySyncType.PUSH_NAME, pushNames, external: true });
    await fault.whenStruck();
    await world.killAndRestart();
    await eventually(
      'the push name is there',
      async () => (await world.listedOne(number(80)))?.push_name === 'From late history',
    );
  });

  it.each([
    ['message', 90],
    ['notification', 91],
  ] as const)('receives a %s again after it was damaged in transit', async (tag, at) => {
    const fault = world.server.faults.sent.arm('tampered', { when: stanza(tag) });
    const ben = world.server.createContact({ number: number(at), pushName: 'Ben' });
    await rename(at, `damaged ${tag}`);
    ben.sendText(world.phone, 'hello').catch(() => {});
    await fault.whenStruck();
    await world.truth();
    await eventually(
      'the push name is stored',
      async () => (await world.listedOne(number(at)))?.push_name === 'Ben',
    );
  });

  it('retries when a response never arrives', async () => {
    const asksForContacts = (node: BinaryNode) => {
      const [collection] = getBinaryNodeChildren(getBinaryNodeChild(node, 'sync'), 'collection');
      return appState(node) && collection?.attrs.name === 'critical_unblock_low';
    };
    await world.truth();
    const fault = world.server.faults.received.arm({ ignore: true }, { when: asksForContacts });
    await rename(22, 'without a reply');
    await fault.whenStruck();
    await world.truth(60_000);
  });
});
