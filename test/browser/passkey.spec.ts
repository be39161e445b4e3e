import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PasskeyDto } from '../../src/api/sessions/passkey/passkey.dto.js';
import { beginPasskey, isOpen, requirePasskey, startUnlinked } from '../linking/link-world.js';
import { World } from '../support/world.js';
import type { Passkey } from '../whatsapp-server/linking/passkey.js';
import { chromiumPath } from './chromium.js';
import { Visitor } from './visitor.js';
import { WhatsAppWeb } from './whatsapp-web.js';

/** After it the secret that the phone has scanned vouches for the device no longer, and people have to compare codes. */
const HANDOFF_MS = 5 * 60_000;
const MARGIN_MS = 5_000;
/** The links are confirmed one after another. */
const LINK_TIMEOUT_MS = 2 * HANDOFF_MS;

const WAYS = ['qr', 'code'] as const;
const CARRIERS = ['extension', 'line'] as const;
type Carrier = (typeof CARRIERS)[number];

/** Makes the assertion in a real browser, and brings it to the service. */
async function confirm(world: World, passkey: Passkey, carrier: Carrier): Promise<void> {
  const browser = await WhatsAppWeb.open(passkey);
  try {
    if (carrier === 'extension') {
      const { body } = await world.service.get<PasskeyDto>('/session/passkey');
      expect(await browser.confirmByExtension(body.link)).toMatch(/^Confirmed/);
      expect(browser.page.url()).toBe('https://web.whatsapp.com/');
    } else {
      const headers = { accept: 'text/plain' };
      const line = await world.service.request('/session/passkey', { headers });
      const pasted: unknown = JSON.parse(await browser.runInConsole(line.text));
      expect((await world.service.post('/session/passkey', pasted)).status).toBe(202);
    }
  } finally {
    await browser.close();
  }
}

/** A link that waits until codes have to be compared. */
interface LateLink {
  world: World;
  passkey: Passkey;
  linked: Promise<unknown>;
  mayConfirmAtMs: number;
  /** Code that the phone displays. */
  phoneShows: () => { code: string; mustCompare: boolean } | undefined;
}

async function beginLateLink(way: (typeof WAYS)[number]): Promise<LateLink> {
  const world = await World.create();
  await world.startService();
  const passkey = requirePasskey(world);
  let shown: ReturnType<LateLink['phoneShows']>;
  world.phone.passkey = { passkey, onCode: (code, mustCompare) => (shown = { code, mustCompare }) };
  const { linked } = await beginPasskey(world, way, LINK_TIMEOUT_MS);
  const mayConfirmAtMs = performance.now() + HANDOFF_MS + MARGIN_MS;
  return { world, passkey, linked, mayConfirmAtMs, phoneShows: () => shown };
}

const withBrowser = chromiumPath ? describe : describe.skip;
if (!chromiumPath) console.warn('No Chromium: these tests are skipped. Debian: apt-get install chromium');

withBrowser('a passkey in a real browser', () => {
  let world: World;
  const late = new Map<string, LateLink>();

  beforeAll(async () => {
    world = await World.create();
    await world.startService();
    for (const way of WAYS)
      for (const carrier of CARRIERS) late.set(`${way} ${carrier}`, await beginLateLink(way));
    late.set('qr page', await beginLateLink('qr'));
  });

  afterAll(async () => {
    await Promise.all([world, ...[...late.values()].map((each) => each.world)].map((each) => each.stop()));
    await Visitor.closeBrowser();
  });

  describe.each(WAYS)('started by %s', (way) => {
    it.each(CARRIERS)('links with the assertion carried by %s', async (carrier) => {
      await startUnlinked(world);
      const passkey = requirePasskey(world);
      const { linked } = await beginPasskey(world, way);
      await confirm(world, passkey, carrier);
      await linked;
      await isOpen(world);
    });
  });

  describe.each(WAYS)('started by %s, and confirmed late', (way) => {
    it.each(CARRIERS)(
      'links with the assertion carried by %s after the codes were compared',
      async (carrier) => {
        const link = late.get(`${way} ${carrier}`) as LateLink;
        await sleep(Math.max(0, link.mayConfirmAtMs - performance.now()));
        const { service } = link.world;
        await confirm(link.world, link.passkey, carrier);
        const { passkey } = await service.sessionThat((session) => session.passkey?.step === 'compare');
        expect(passkey?.code).toMatch(/^[1-9A-HJ-NP-TV-Z]{4}-[1-9A-HJ-NP-TV-Z]{4}$/);
        expect(link.phoneShows()).toEqual({ code: passkey?.code, mustCompare: true });
        const { token } = (await service.get<PasskeyDto>('/session/passkey')).body;
        expect((await link.world.service.post('/session/passkey/confirm', { token })).status).toBe(202);
        await link.linked;
        await isOpen(link.world);
      },
    );
  });

  it('links after the codes were compared on the page of the service', async () => {
    const { world: own, passkey, mayConfirmAtMs, linked, phoneShows } = late.get('qr page') as LateLink;
    await sleep(Math.max(0, mayConfirmAtMs - performance.now()));
    await confirm(own, passkey, 'extension');
    const visitor = await Visitor.arrive(own.service.port);
    await visitor.open();
    await visitor.sees('Does the phone show this code?');
    expect(await visitor.page.locator('.big-code').textContent()).toBe(phoneShows()?.code);
    await visitor.click('Yes, the codes match');
    await linked;
    await visitor.sees('Connected');
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });

  it('shows the error of the service in the page', async () => {
    await startUnlinked(world);
    const passkey = requirePasskey(world);
    await beginPasskey(world, 'qr');
    const { body } = await world.service.get<PasskeyDto>('/session/passkey');
    const browser = await WhatsAppWeb.open(passkey);
    await world.service.request('/session/passkey', { method: 'DELETE' });
    expect(await browser.confirmByExtension(body.link)).toMatch(/No passkey request is active/);
    await browser.close();
  });

  it('shows in the page that the browser does not have the passkey', async () => {
    await startUnlinked(world);
    requirePasskey(world);
    await beginPasskey(world, 'qr');
    const { body } = await world.service.get<PasskeyDto>('/session/passkey');
    const browser = await WhatsAppWeb.open(requirePasskey(world));
    expect(await browser.confirmByExtension(body.link)).toMatch(/The browser has not confirmed/);
    expect(await world.service.session()).toMatchObject({ passkey: { step: 'assertion' } });
    await browser.close();
  });
});
