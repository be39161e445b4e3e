import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BaileysCompanion } from './baileys-companion.js';
import { ANNA, BOB, CompanionWorld, jid } from './companion-world.js';
import { iq, ping, stanza } from './faults.js';
import { element } from './stanza.js';

let world: CompanionWorld;
let { server, phone, companion } = {} as CompanionWorld;

beforeEach(async () => {
  world = await CompanionWorld.open();
  ({ server, phone, companion } = world);
});

afterEach(() => world.close());

describe('simulated failure', () => {
  it('can be an outage that ends on the same port', async () => {
    await world.link();
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

  it('affects as many logins as requested', async () => {
    await world.link();
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

  it('ends the stream with any disconnect reason', async () => {
    await world.link();
    for (const code of [500, 403, 411] as const) {
      const closed = companion.nextClose();
      server.connections[0]?.endWithStreamError(code);
      expect(await closed).toBe(code);
      companion.start();
      await phone.whenOnline();
    }
  });

  it('silences a connection without closing it', async () => {
    companion = world.companion = new BaileysCompanion({ keepAliveIntervalMs: 200, connectTimeoutMs: 500 });
    await world.link();
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

  it('makes patches fail verification without changing the state of the server', async () => {
    await phone.saveContact({ number: BOB, fullName: 'Bob' });
    await world.link();
    for (const effect of ['patch-mac', 'lt-hash', 'record'] as const) {
      const invalid = server.faults.appState.arm(effect, { when: ({ part }) => part === 'patch' });
      await phone.saveContact({ number: ANNA, fullName: `Anna ${effect}` });
      await phone.whenSettled();
      expect(invalid.struck).toBe(1);
    }
    expect(JSON.stringify(companion.events)).not.toContain('Anna patch-mac');
    expect(companion.appStateWarnings).toEqual([
      'failed to decode patch, skipping',
      'LTHash verification failed, skipping remaining patches',
      'LTHash verification failed, skipping remaining patches',
    ]);
    companion.warnings.length = 0;
    const again = companion.next('contacts.upsert', (all) => all.some(({ name }) => name === 'Anna record'));
    await companion.socket.authState.keys.set({ 'app-state-sync-version': { critical_unblock_low: null } });
    await companion.socket.resyncAppState(['critical_unblock_low'], false);
    await again;
  });

  it('makes downloads fail', async () => {
    await phone.saveContact({ number: ANNA, fullName: 'Anna' });
    const failing = server.faults.media.arm(
      { status: 500 },
      { when: ({ kind }) => kind === 'snapshot', times: 1 },
    );
    await phone.scan(await companion.qr());
    await failing.whenStruck();
    expect(server.downloads.some(({ status }) => status === 500)).toBe(true);
  });

  it('repeats and rejects stanzas', async () => {
    await world.link();
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

  it('sends a stanza after the next one', async () => {
    await world.link();
    const seen: string[] = [];
    companion.socket.ws.on('CB:notification,type:status', ({ attrs }: { attrs: { t: string } }) =>
      seen.push(attrs.t),
    );
    const about = (t: string) =>
      element('notification', { from: jid(ANNA), type: 'status', t }, [element('set')]);
    server.faults.sent.arm('overtaken', { when: stanza('notification', 'status') });
    await Promise.all([phone.notify(about('1')), phone.notify(about('2'))]);
    expect(seen).toEqual(['2', '1']);
  });

  it('resets TCP connections', async () => {
    const reset = server.faults.tcp.arm('reset');
    const closed = companion.nextClose();
    companion.start();
    await closed;
    expect(reset.struck).toBe(1);
    await companion.qr();
  });
});
