import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { beginPasskey, requirePasskey } from '../linking/link-world.js';
import setUp from '../support/global-setup.mjs';
import tearDown from '../support/global-teardown.mjs';
import { World } from '../support/world.js';
import { lookAt, tour } from './views.js';
import { Visitor } from './visitor.js';
import { WhatsAppWeb } from './whatsapp-web.js';

/** Writes the pictures of the documentation: every view of the page, and a real passkey ceremony. npm run docs:screenshots */
const IMAGES = join(import.meta.dirname, '../../docs/images');

const DEV_TOOLS_PORT = 9333;
const SIZE = { width: 1000, height: 320 };
const TOOLS_SIZE = { width: 1300, height: 560 };
/** Until the developer tools have drawn themselves, or the answer. */
const DRAW_MS = 3_000;

const SETTLE_MS = 700;
const WINDOWS = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 780 } };

await setUp();
await tour(async (view) => {
  for (const [name, viewport] of Object.entries(WINDOWS)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const visitor = await Visitor.arrive(view.port, { colorScheme, viewport, reducedMotion: 'reduce' });
      await lookAt(visitor, view);
      // Pictures of people, and formatted numbers, come after the texts.
      await sleep(SETTLE_MS);
      await picture(visitor.page, `page/${view.name}-${name}-${colorScheme}`);
      await visitor.leave();
    }
  }
});
await Visitor.closeBrowser();

const world = await World.create({ PORT: '8888' });
await world.startService();
const passkey = requirePasskey(world);
const { ceremony } = await beginPasskey(world, 'qr');

const inspected = await WhatsAppWeb.open(passkey, { devToolsPort: DEV_TOOLS_PORT });
const { text: line } = await world.service.request('/session/passkey', { headers: { accept: 'text/plain' } });
const tools = await inspected.openDevTools(DEV_TOOLS_PORT);
await tools.setViewportSize(TOOLS_SIZE);
await sleep(DRAW_MS);
await tools.keyboard.insertText(line.trim());
await tools.keyboard.press('Enter');
await sleep(DRAW_MS);
await picture(tools, 'passkey-console');
await inspected.close();

const browser = await WhatsAppWeb.open(passkey);
await browser.page.setViewportSize(SIZE);
await browser.page.goto(ceremony.link);
await browser.page.getByRole('button').focus();
await picture(browser.page, 'passkey-panel');
const outcome = await browser.confirmByExtension(ceremony.link);
if (!outcome.startsWith('Confirmed')) throw new Error(outcome);
await picture(browser.page, 'passkey-confirmed');
await browser.close();

await world.stop();
await tearDown();
process.exit();

function picture(page: Page, name: string): Promise<Buffer> {
  return page.screenshot({ path: join(IMAGES, `${name}.png`) });
}
