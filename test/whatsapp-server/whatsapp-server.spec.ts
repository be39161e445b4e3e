import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type BinaryNode, proto } from '@whiskeysockets/baileys';
import { ANNA, BOB, CompanionWorld, jid, OWNER } from './companion-world.js';
import { stanza } from './faults.js';
import { child, childBytes, children, element } from './stanza.js';

let world: CompanionWorld;
let { server, phone, companion } = {} as CompanionWorld;

beforeEach(async () => {
  world = await CompanionWorld.open();
  ({ server, phone, companion } = world);
});

afterEach(() => world.close());

describe('attaching', () => {
  it('redirects another process and its worker threads to the server by environment variables alone', async () => {
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

  it('rejects a wrong pairing code, and then accepts the correct one', async () => {
    await companion.qr();
    const code = await companion.socket.requestPairingCode(OWNER);
    await expect(phone.enterPairingCode('AAAAAAAA')).rejects.toThrow('is not the one that the device shows');
    const linked = await phone.enterPairingCode(code);
    expect(linked.online).toBe(true);
  });

  it('rejects a QR code that no open connection shows', async () => {
    const qr = await companion.qr();
    server.renewQrRefs();
    await expect(phone.scan(qr)).rejects.toThrow('no open connection shows this QR code');
    await expect(phone.scan('hello')).rejects.toThrow('not a QR code for linking');
  });

  it('unlinks a companion with 401 and rejects later logins', async () => {
    await world.link();
    const closed = companion.nextClose();
    phone.unlink();
    expect(await closed).toBe(401);
    const refused = companion.nextClose();
    companion.start();
    expect(await refused).toBe(401);
  });

  it('replaces the older connection of a device and counts the conflict', async () => {
    await world.link();
    const closed = companion.nextClose();
    companion.start();
    expect(await closed).toBe(440);
    expect(server.conflicts).toBe(1);
    await phone.whenOnline();
    expect(server.connections).toHaveLength(1);
  });
});

describe('requests of clients other than this service', () => {
  it.each([
    ['media hosts', { xmlns: 'w:m', type: 'set' }, element('media_conn'), 'media_conn'],
    ['a business profile', { xmlns: 'w:biz', type: 'get' }, element('business_profile'), 'business_profile'],
    ['groups', { xmlns: 'w:g2', type: 'get', to: '@g.us' }, element('participating'), 'groups'],
    ['AB props', { xmlns: 'abt', type: 'get' }, element('props', { protocol: '1' }), 'props'],
  ])('returns %s', async (_, attrs, content, answer) => {
    await world.link();
    const to = '@s.whatsapp.net';
    const result = (await companion.socket.query({
      tag: 'iq',
      attrs: { to, ...attrs },
      content: [content],
    })) as BinaryNode | undefined;
    expect(child(result)?.tag).toBe(answer);
    expect(server.unknownIqs.map(({ attrs: { xmlns } }) => xmlns)).not.toContain(attrs.xmlns);
  });

  it('sets the own about text', async () => {
    await world.link();
    await companion.socket.updateProfileStatus('By a device');
    expect(phone.profile.about.text).toBe('By a device');
  });
});

describe('messages and history', () => {
  it('sends push names and LID–PN mappings', async () => {
    const anna = server.createContact({ number: ANNA, pushName: 'annie' });
    const names = companion.next('messaging-history.set', ({ contacts }) => contacts.length > 0);
    await world.link();
    expect((await names).contacts).toMatchObject([{ id: jid(ANNA), notify: 'annie' }]);
    expect(await companion.socket.signalRepository.lidMapping.getLIDForPN(jid(ANNA))).toBe(anna.lidJid);
  });

  it('sends more history on demand', async () => {
    await world.link();
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
    await world.link();
    const named = companion.next('contacts.update', ([first]) => first?.id === jid(ANNA));
    for (const content of ['one', 'two', 'three']) {
      const arrived = world.message(content);
      await anna.sendText(phone, content);
      expect((await arrived).messages[0]?.key).toMatchObject({
        remoteJid: jid(ANNA),
        remoteJidAlt: anna.lidJid,
      });
    }
    expect((await named)[0]?.notify).toBe('annie');
    const byLid = world.message('by LID');
    await bob.sendText(phone, 'by LID');
    expect((await byLid).messages[0]?.key).toMatchObject({ remoteJid: bob.lidJid, remoteJidAlt: jid(BOB) });
    const nameless = world.message('who?');
    await bob.sendText(phone, 'who?', { withoutAlternate: true });
    expect((await nameless).messages[0]?.key.remoteJidAlt).toBeUndefined();
    const group = world.message('to all');
    await anna.sendGroupText(phone, '120363000000000001', 'to all');
    expect((await group).messages[0]?.key.participant).toBe(jid(ANNA));
  });

  it('queues a message for an offline companion and delivers it again until it is acknowledged', async () => {
    const anna = server.createContact({ number: ANNA, pushName: 'annie' });
    await world.link();
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

  it('opens a new session if the companion cannot decrypt a message', async () => {
    const anna = server.createContact({ number: ANNA, lid: null });
    await world.link();
    await anna.sendText(phone, 'first');
    // Delete the session of the companion, so that it cannot decrypt the next message.
    await companion.socket.authState.keys.set({ session: { [`${ANNA}.0`]: null } });
    const arrived = world.message('second');
    await anna.sendText(phone, 'second');
    await arrived;
  });
});

describe('changes of contacts', () => {
  it('returns about text and registration by usync', async () => {
    const anna = server.createContact({ number: ANNA, about: 'At work' });
    await world.link();
    expect(await companion.socket.fetchStatus(jid(ANNA))).toMatchObject([
      { id: jid(ANNA), status: { status: 'At work' } },
    ]);
    expect(await companion.socket.onWhatsApp(ANNA)).toMatchObject([{ jid: jid(ANNA), exists: true }]);
    await anna.setAbout(null);
    expect(await companion.socket.fetchStatus(jid(ANNA))).toMatchObject([{ status: { status: '' } }]);
  });

  it('returns by usync which numbers are registered, with the number as requested', async () => {
    const anna = server.createContact({ number: ANNA, lid: '100000000000002' });
    server.settings.numberAliases.set(`9${ANNA}`, ANNA);
    await world.link();
    const users = [ANNA, `9${ANNA}`, BOB, '12'].map((number) =>
      element('user', {}, [element('contact', {}, `+${number}`)]),
    );
    const response = (await companion.socket.query({
      tag: 'iq',
      attrs: { to: '@s.whatsapp.net', type: 'get', xmlns: 'usync' },
      content: [
        element('usync', { context: 'interactive', mode: 'query', sid: '1', last: 'true', index: '0' }, [
          element('query', {}, [element('contact'), element('lid')]),
          element('list', {}, users),
        ]),
      ],
    })) as BinaryNode;
    const found = children(child(child(response, 'usync'), 'list')).map((user) => [
      user.attrs.jid,
      child(user, 'contact')?.attrs.type,
      childBytes(user, 'contact')?.toString(),
      child(user, 'lid')?.attrs.val,
    ]);
    expect(found).toEqual([
      [anna.jid, 'in', `+${ANNA}`, anna.lidJid],
      [anna.jid, 'in', `+9${ANNA}`, anna.lidJid],
      [jid(BOB), 'out', `+${BOB}`, undefined],
      [jid('12'), 'invalid', '+12', undefined],
    ]);
  });

  it('notifies companions of a new picture and serves it', async () => {
    const anna = server.createContact({ number: ANNA });
    await phone.saveContact({ number: ANNA, fullName: 'Anna' });
    await world.link();
    await expect(companion.socket.profilePictureUrl(jid(ANNA))).rejects.toThrow('item-not-found');
    const changed = companion.next('contacts.update', ([first]) => first?.imgUrl === 'changed');
    await anna.setPicture(Buffer.from('jpeg'));
    await changed;
    const url = await companion.socket.profilePictureUrl(jid(ANNA));
    expect(await (await fetch(url ?? '')).text()).toBe('jpeg');
    await anna.setPicture('hidden');
    await expect(companion.socket.profilePictureUrl(jid(ANNA))).rejects.toThrow('not-authorized');
  });

  it('notifies companions of a new about text, number, business name and identity key', async () => {
    const anna = server.createContact({ number: ANNA });
    await phone.saveContact({ number: ANNA, fullName: 'Anna' });
    await world.link();
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
