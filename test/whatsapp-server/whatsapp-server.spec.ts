import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Contact, proto, type WAMessage } from '@whiskeysockets/baileys';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BaileysCompanion } from './baileys-companion.js';
import { iq, ping, stanza } from './faults.js';
import type { Phone } from './phone.js';
import { element } from './stanza.js';
import { WhatsAppServer } from './whatsapp-server.js';

// Baileys makes 812 pre-keys for each link; beside other suites that takes its time.
jest.setTimeout(30_000);

const OWNER = '491700000001';
const ANNA = '491700000002';
const BOB = '491700000003';

let server: WhatsAppServer;
let phone: Phone;
let companion: BaileysCompanion;
let detach: () => void;

const jid = (number: string): string => `${number}@s.whatsapp.net`;
const text = (message: WAMessage | undefined): string | null | undefined => message?.message?.conversation;

/** Links the companion and waits until Baileys has the address book. */
async function link(): Promise<void> {
  const qr = await companion.qr();
  const history = companion.next('messaging-history.set', ({ progress }) => progress === 100);
  await phone.scan(qr);
  await history;
}

const contact = (number: string) =>
  companion.next('contacts.upsert', (all) => all.some(({ id }) => id === jid(number)));

const message = (content: string) =>
  companion.next('messages.upsert', ({ messages }) => messages.some((each) => text(each) === content));

beforeEach(async () => {
  server = await WhatsAppServer.start();
  detach = await server.attach();
  phone = server.createPhone({ number: OWNER, pushName: 'Owner' });
  companion = new BaileysCompanion();
});

afterEach(async () => {
  await companion.stop();
  await server.stop();
  detach();
  expect(server.errors).toEqual([]);
  expect(companion.appStateComplaints).toEqual([]);
  expect(server.unknownIqs).toEqual([]);
});

describe('attaching', () => {
  it('points another process and its worker threads at the server, by environment alone', async () => {
    const program = fileURLToPath(new URL('./attached-process.fixture.mjs', import.meta.url));
    const env = { ...process.env, ...server.environment() };
    const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
    const line = `${server.url} ${server.rootKey} 410`;
    expect(stdout.trim().split('\n')).toEqual([line, line]);
    expect(server.downloads.map(({ path }) => path)).toEqual(['/v/none', '/v/none']);
  });
});

describe('linking', () => {
  it('links the companion that shows a QR code', async () => {
    const linked = await phone.scan(await companion.qr());
    expect(linked.online).toBe(true);
    expect(companion.creds.me?.id).toBe(`${OWNER}:1@s.whatsapp.net`);
    expect(companion.creds.me?.lid).toBe(linked.lidJid);
  });

  it('links the companion that shows a pairing code', async () => {
    await companion.qr();
    const code = await companion.socket.requestPairingCode(OWNER);
    const linked = await phone.enterPairingCode(code);
    expect(linked.online).toBe(true);
    expect(companion.creds.registered).toBe(true);
  });

  it('refuses a pairing code that the device does not show, and takes the right one after it', async () => {
    await companion.qr();
    const code = await companion.socket.requestPairingCode(OWNER);
    await expect(phone.enterPairingCode('AAAAAAAA')).rejects.toThrow('is not the one that the device shows');
    const linked = await phone.enterPairingCode(code);
    expect(linked.online).toBe(true);
  });

  it('refuses a QR code that no open connection shows', async () => {
    const qr = await companion.qr();
    server.renewQrRefs();
    await expect(phone.scan(qr)).rejects.toThrow('no open connection shows this QR code');
    await expect(phone.scan('hello')).rejects.toThrow('no QR code for linking');
  });

  it('ends a link with 401 and refuses later logins', async () => {
    await link();
    const closed = companion.nextClose();
    phone.unlink();
    expect(await closed).toBe(401);
    const refused = companion.nextClose();
    companion.start();
    expect(await refused).toBe(401);
  });

  it('replaces the older connection of a device and counts the conflict', async () => {
    await link();
    const closed = companion.nextClose();
    companion.start();
    expect(await closed).toBe(440);
    expect(server.conflicts).toBe(1);
    await phone.whenOnline();
    expect(server.connections).toHaveLength(1);
  });
});

describe('the address book', () => {
  it('arrives as snapshot after linking', async () => {
    await phone.saveContact({ number: ANNA, fullName: 'Anna Müller', firstName: 'Anna' });
    await phone.saveContact({ number: BOB, firstName: 'Bob' });
    await phone.saveLidContact({ lid: '81234567890123', fullName: 'Known by LID', firstName: 'Known' });
    const first = contact(ANNA);
    await link();
    const names = (await first).map(({ id, name }) => [id, name]);
    expect(names).toEqual([
      [jid(ANNA), 'Anna Müller'],
      [jid(BOB), 'Bob'],
      ['81234567890123@lid', 'Known by LID'],
    ]);
    expect(server.downloads.filter(({ kind }) => kind === 'snapshot')).toHaveLength(2);
  });

  it('follows with patches: a new contact, a rename, a deletion', async () => {
    await phone.saveContact({ number: ANNA, fullName: 'Anna Müller' });
    await link();
    const added = contact(BOB);
    await phone.saveContact({ number: BOB, fullName: 'Bob', lid: '81234567890123' });
    expect(await added).toMatchObject([{ name: 'Bob', lid: '81234567890123@lid' }]);
    const renamed = contact(ANNA);
    await phone.saveContact({ number: ANNA, fullName: 'Anna Schmidt' });
    expect(await renamed).toMatchObject([{ name: 'Anna Schmidt' }]);
    const deleted = contact(ANNA);
    await phone.deleteContact(ANNA);
    expect((await deleted)[0]?.name).toBeUndefined();
    expect([...phone.addressBook().keys()]).toEqual([BOB]);
  });

  it('keeps the LT hash right through deletions, repetitions and a new sync key', async () => {
    await link();
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
    const last = contact(BOB);
    await phone.saveContact({ number: BOB, fullName: 'Bob again' });
    expect(await last).toMatchObject([{ name: 'Bob again' }]);
  });

  it('is cut into pages and puts large patches on the media host', async () => {
    await phone.saveContact({ number: ANNA, fullName: 'Anna' });
    await link();
    phone.appState.settings.patchesPerPage = 2;
    phone.appState.settings.inlineMutations = 3;
    await companion.stop();
    for (const n of [1, 2, 3, 4])
      await phone.saveContact({ number: `49171000000${n}`, fullName: `Person ${n}` });
    await phone.saveContacts(
      [5, 6, 7, 8].map((n) => ({ number: `49171000000${n}`, fullName: `Person ${n}` })),
    );
    const last = contact('491710000008');
    companion.start();
    await last;
    const upserts = companion.events.filter(({ name }) => name === 'contacts.upsert');
    expect(upserts.flatMap(({ payload }) => payload as Contact[])).toHaveLength(1 + 8);
    expect(server.downloads.filter(({ kind }) => kind === 'patch')).toHaveLength(1);
  });

  it('gives the snapshot and the patches since, when the snapshot lags', async () => {
    await phone.saveContact({ number: ANNA, fullName: 'Anna' });
    await link();
    phone.appState.settings.snapshotLagVersions = 10;
    const bob = contact(BOB);
    await phone.saveContact({ number: BOB, fullName: 'Bob' });
    await bob;
    const second = new BaileysCompanion();
    const both = second.next('contacts.upsert', (all) => all.some(({ id }) => id === jid(BOB)));
    await phone.scan(await second.qr());
    expect(await both).toHaveLength(2);
    await second.stop();
  });

  it('waits for a sync key that the phone keeps back', async () => {
    phone.withholdSyncKeys();
    await phone.saveContact({ number: ANNA, fullName: 'Anna' });
    await link();
    expect(companion.events.some(({ name }) => name === 'contacts.upsert')).toBe(false);
    const arrived = contact(ANNA);
    await phone.shareSyncKeys();
    await arrived;
  });

  it('answers a version of the future with a conflict', async () => {
    await link();
    const collection = { name: 'critical_unblock_low', version: '99', return_snapshot: 'false' };
    const answer: unknown = await companion.socket.query({
      tag: 'iq',
      attrs: { to: '@s.whatsapp.net', xmlns: 'w:sync:app:state', type: 'set' },
      content: [element('sync', {}, [element('collection', collection)])],
    });
    expect(JSON.stringify(answer)).toContain('"code":"409"');
  });
});

describe('messages and history', () => {
  it('brings push names, and the pairs of number and LID', async () => {
    const anna = server.createContact({ number: ANNA, pushName: 'annie' });
    const names = companion.next('messaging-history.set', ({ contacts }) => contacts.length > 0);
    await link();
    expect((await names).contacts).toMatchObject([{ id: jid(ANNA), notify: 'annie' }]);
    expect(await companion.socket.signalRepository.lidMapping.getLIDForPN(jid(ANNA))).toBe(anna.lidJid);
  });

  it('sends more history on demand', async () => {
    await link();
    const more = companion.next('messaging-history.set', ({ contacts }) =>
      contacts.some(({ notify }) => notify === 'Late'),
    );
    await phone.sendHistory({
      syncType: proto.HistorySync.HistorySyncType.PUSH_NAME,
      pushNames: [{ jid: jid(BOB), name: 'Late' }],
      external: true,
    });
    await more;
  });

  it('delivers messages by number and by LID, first with a pre-key and then without', async () => {
    const anna = server.createContact({ number: ANNA, pushName: 'annie' });
    const bob = server.createContact({ number: BOB, pushName: 'bobby', addressing: 'lid' });
    await link();
    const named = companion.next('contacts.update', ([first]) => first?.id === jid(ANNA));
    for (const content of ['one', 'two', 'three']) {
      const arrived = message(content);
      await anna.sendText(phone, content);
      expect((await arrived).messages[0]?.key).toMatchObject({
        remoteJid: jid(ANNA),
        remoteJidAlt: anna.lidJid,
      });
    }
    expect((await named)[0]?.notify).toBe('annie');
    const byLid = message('by LID');
    await bob.sendText(phone, 'by LID');
    expect((await byLid).messages[0]?.key).toMatchObject({ remoteJid: bob.lidJid, remoteJidAlt: jid(BOB) });
    const nameless = message('who?');
    await bob.sendText(phone, 'who?', { withoutAlternate: true });
    expect((await nameless).messages[0]?.key.remoteJidAlt).toBeUndefined();
    const group = message('to all');
    await anna.sendGroupText(phone, '120363000000000001', 'to all');
    expect((await group).messages[0]?.key.participant).toBe(jid(ANNA));
  });

  it('keeps a message for a companion that is away, and delivers it again until it is acknowledged', async () => {
    const anna = server.createContact({ number: ANNA, pushName: 'annie' });
    await link();
    await companion.stop();
    const sent = anna.sendText(phone, 'while you were away');
    const lost = server.faults.received.arm({ cut: 'on-arrival' }, { when: stanza('receipt') });
    const cut = companion.nextClose();
    companion.start();
    await cut;
    expect(lost.struck).toBe(1);
    companion.start();
    await sent;
    expect(phone.companions[0]?.outbox.size).toBe(0);
    const messages = companion.events.filter(({ name }) => name === 'messages.upsert');
    expect(JSON.stringify(messages)).toContain('while you were away');
  });

  it('opens a new session when the companion cannot decrypt', async () => {
    const anna = server.createContact({ number: ANNA, lid: null });
    await link();
    await anna.sendText(phone, 'first');
    // The companion loses its session; the next message refers to it and cannot be read.
    await companion.socket.authState.keys.set({ session: { [`${ANNA}.0`]: null } });
    const arrived = message('second');
    await anna.sendText(phone, 'second');
    await arrived;
  });
});

describe('news of other people', () => {
  it('answers usync with status, LID and devices', async () => {
    const anna = server.createContact({ number: ANNA, about: 'At work' });
    await link();
    expect(await companion.socket.fetchStatus(jid(ANNA))).toMatchObject([
      { id: jid(ANNA), status: { status: 'At work' } },
    ]);
    expect(await companion.socket.onWhatsApp(ANNA)).toMatchObject([{ jid: jid(ANNA), exists: true }]);
    await anna.setAbout(null);
    expect(await companion.socket.fetchStatus(jid(ANNA))).toMatchObject([{ status: { status: '' } }]);
  });

  it('tells of a changed picture, and serves it', async () => {
    const anna = server.createContact({ number: ANNA });
    await phone.saveContact({ number: ANNA, fullName: 'Anna' });
    await link();
    await expect(companion.socket.profilePictureUrl(jid(ANNA))).rejects.toThrow('item-not-found');
    const changed = companion.next('contacts.update', ([first]) => first?.imgUrl === 'changed');
    await anna.setPicture(Buffer.from('jpeg'));
    await changed;
    const url = await companion.socket.profilePictureUrl(jid(ANNA));
    expect(await (await fetch(url ?? '')).text()).toBe('jpeg');
    await anna.setPicture('hidden');
    await expect(companion.socket.profilePictureUrl(jid(ANNA))).rejects.toThrow('not-authorized');
  });

  it('tells of about text, number, business name and identity key', async () => {
    const anna = server.createContact({ number: ANNA });
    await phone.saveContact({ number: ANNA, fullName: 'Anna' });
    await link();
    const seen: string[] = [];
    companion.socket.ws.on('CB:notification', ({ attrs }: { attrs: { type: string } }) =>
      seen.push(attrs.type),
    );
    await anna.setAbout('New');
    await anna.setVerifiedName('Anna Ltd');
    await anna.changeIdentity();
    await anna.touchProfile();
    await anna.changeNumber('491700000099');
    expect(seen).toEqual(['status', 'business', 'encrypt', 'contacts', 'contacts']);
    expect(server.directory.find(jid('491700000099'))).toBe(anna);
    expect(server.directory.find(jid(ANNA))).toBeUndefined();
  });
});

describe('failures', () => {
  it('survive an outage on the same port', async () => {
    await link();
    const closed = companion.nextClose();
    await server.goDown();
    await closed;
    const refused = companion.nextClose();
    companion.start();
    await refused;
    await server.comeBack();
    companion.start();
    await phone.whenOnline();
    expect(phone.companions[0]?.logins).toBe(2);
  });

  it('strike as often as they were armed', async () => {
    await link();
    const refusal = server.faults.logins.arm({ failure: 503 }, { times: 2 });
    await companion.stop();
    for (const _ of [1, 2]) {
      const refused = companion.nextClose();
      companion.start();
      expect(await refused).toBe(503);
    }
    companion.start();
    await phone.whenOnline();
    expect(refusal.struck).toBe(2);
    expect(refusal.armed).toBe(false);
  });

  it('end the stream with any code', async () => {
    await link();
    for (const code of [500, 403, 411] as const) {
      const closed = companion.nextClose();
      server.connections[0]?.endWithStreamError(code);
      expect(await closed).toBe(code);
      companion.start();
      await phone.whenOnline();
    }
  });

  it('make a line fall silent without closing it', async () => {
    companion = new BaileysCompanion({ keepAliveIntervalMs: 200, connectTimeoutMs: 500 });
    await link();
    const unanswered = server.faults.received.arm({ ignore: true }, { when: ping, times: Infinity });
    await unanswered.whenStruck(2);
    unanswered.disarm();
    await companion.socket.fetchBlocklist();
    server.connections[0]?.goSilent();
    const iqBlocklist = { to: '@s.whatsapp.net', xmlns: 'blocklist', type: 'get' };
    await expect(companion.socket.query({ tag: 'iq', attrs: iqBlocklist }, 300)).rejects.toThrow('Timed Out');
    expect(companion.socket.ws.isOpen).toBe(true);
    server.connections[0]?.cut();
  });

  it('spoil patches so that verification refuses them, and leave the state right', async () => {
    await phone.saveContact({ number: BOB, fullName: 'Bob' });
    await link();
    for (const effect of ['patch-mac', 'lt-hash', 'record'] as const) {
      const spoiled = server.faults.appState.arm(effect, { when: ({ part }) => part === 'patch' });
      await phone.saveContact({ number: ANNA, fullName: `Anna ${effect}` });
      await phone.whenSettled();
      expect(spoiled.struck).toBe(1);
    }
    expect(JSON.stringify(companion.events)).not.toContain('Anna patch-mac');
    expect(companion.appStateComplaints).toEqual([
      'failed to decode patch, skipping',
      'LTHash verification failed, skipping remaining patches',
      'LTHash verification failed, skipping remaining patches',
    ]);
    companion.complaints.length = 0;
    const again = companion.next('contacts.upsert', (all) => all.some(({ name }) => name === 'Anna record'));
    await companion.socket.authState.keys.set({ 'app-state-sync-version': { critical_unblock_low: null } });
    await companion.socket.resyncAppState(['critical_unblock_low'], false);
    await again;
  });

  it('let downloads fail', async () => {
    await phone.saveContact({ number: ANNA, fullName: 'Anna' });
    const failing = server.faults.media.arm(
      { status: 500 },
      { when: ({ kind }) => kind === 'snapshot', times: 1 },
    );
    await phone.scan(await companion.qr());
    await failing.whenStruck();
    expect(server.downloads.some(({ status }) => status === 500)).toBe(true);
  });

  it('lose, repeat and refuse stanzas', async () => {
    await link();
    const twice = server.faults.sent.arm('twice', { when: stanza('notification', 'status') });
    const seen: string[] = [];
    companion.socket.ws.on('CB:notification,type:status', ({ attrs }: { attrs: { id: string } }) =>
      seen.push(attrs.id),
    );
    await phone.notify(element('notification', { from: jid(ANNA), type: 'status' }, [element('set')]));
    await server.waitFor(({ tag, attrs }) => tag === 'ack' && attrs.id === seen[0], { past: true });
    await companion.socket.fetchBlocklist();
    expect(twice.struck).toBe(1);
    expect(seen).toEqual([seen[0], seen[0]]);
    server.faults.received.arm({ error: { code: 429, text: 'rate-overlimit' } }, { when: iq('blocklist') });
    await expect(companion.socket.fetchBlocklist()).rejects.toThrow('rate-overlimit');
  });

  it('reset TCP connections', async () => {
    const reset = server.faults.tcp.arm('reset');
    const closed = companion.nextClose();
    companion.start();
    await closed;
    expect(reset.struck).toBe(1);
    await companion.qr();
  });
});
