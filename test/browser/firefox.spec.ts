import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';
import { barriersOf, overflowOf } from './accessibility.js';
import { firefoxPath, launchFirefox } from './firefox.js';
import { Visitor } from './visitor.js';

const PEOPLE = [
  { number: '491701234567', fullName: 'Anna Müller', firstName: 'Anna' },
  { number: '5511987654321', fullName: 'João da Conceição', firstName: 'João' },
  { number: '201001234567', fullName: 'ليلى حسن', firstName: 'ليلى' },
];
const CONTACTS = '/sessions/default/contacts';

const withFirefox = firefoxPath ? describe : describe.skip;
if (!firefoxPath) console.warn('No Firefox: these tests are skipped. Debian: apt-get install firefox-esr');

withFirefox('the page in Firefox', () => {
  let world: World;
  let browser: Browser;
  let downloads: string;
  let visitor: Visitor;

  const arrive = async (options: Parameters<typeof Visitor.arrive>[1] = {}) =>
    (visitor = await Visitor.arriveWith(browser, world.service.port, options));

  beforeAll(async () => {
    world = await World.create({ DOWNLOADS_START_AFTER_MINUTES: '0' });
    for (const { number } of PEOPLE) world.server.createContact({ number, pushName: 'someone' });
    await world.phone.saveContacts(PEOPLE);
    await world.startService();
    downloads = await mkdtemp(join(tmpdir(), 'firefox-'));
    browser = await launchFirefox('light', downloads);
  });

  afterEach(async () => {
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });

  afterAll(async () => {
    await browser.close();
    await world.stop();
    await rm(downloads, { recursive: true });
  });

  it('links an account, finds a contact, and shows changes as they happen', async () => {
    await arrive();
    await visitor.open();
    await world.phone.scan(() => visitor.qr());
    await visitor.sees('Connected');
    await visitor.open(CONTACTS);
    await visitor.sees('Anna Müller');
    await visitor.page.getByRole('searchbox').pressSequentially('conceicao');
    await visitor.sees('one found');
    await visitor.page.keyboard.press('Enter');
    await visitor.page.getByRole('heading', { name: 'João da Conceição' }).waitFor();
    await world.phone.saveContact({ number: '5511987654321', fullName: 'João Souza', firstName: 'João' });
    await visitor.page.getByRole('heading', { name: 'João Souza' }).waitFor();
  });

  it('exports contacts to a file', async () => {
    await arrive();
    await visitor.open(CONTACTS);
    await visitor.page.getByText('Export').click();
    await visitor.click('Google Contacts');
    const csv = await eventually('the file is saved', async () => {
      const [name] = (await readdir(downloads)).filter((file) => file.endsWith('.csv'));
      return name && (await readFile(join(downloads, name), 'utf8'));
    });
    expect(csv).toContain('Anna,,Müller,');
  });

  it.each([
    ['light', { width: 1280, height: 800 }],
    ['dark', { width: 360, height: 740 }],
  ] as const)('is accessible and fits its window in %s mode', async (colorScheme, viewport) => {
    const other = await launchFirefox(colorScheme);
    try {
      for (const [route, text] of [
        ['/sessions', 'Add account'],
        ['/sessions/default', 'Connected'],
        [CONTACTS, 'Anna Müller'],
        [`${CONTACTS}/491701234567`, 'Anna Müller'],
      ] as const) {
        visitor = await Visitor.arriveWith(other, world.service.port, { viewport });
        await visitor.open(route);
        await visitor.sees(text);
        const isDark = await visitor.page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
        expect([route, isDark, await barriersOf(visitor), await overflowOf(visitor)]).toEqual([
          route,
          colorScheme === 'dark',
          [],
          0,
        ]);
        await visitor.leave();
      }
    } finally {
      await other.close();
    }
  });
});
