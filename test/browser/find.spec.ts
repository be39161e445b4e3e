import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Download, Route } from 'playwright-core';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';
import { chromiumPath } from './chromium.js';
import { Visitor } from './visitor.js';

const PEOPLE = [
  { number: '491701234567', fullName: 'Anna Müller', firstName: 'Anna' },
  { number: '447700900123', fullName: 'Bob O’Neill', firstName: 'Bob' },
  { number: '4915112345678', fullName: 'Carla Weiß-Größmann', firstName: 'Carla' },
  { number: '5511987654321', fullName: 'João da Conceição', firstName: 'João' },
  { number: '201001234567', fullName: 'ليلى حسن', firstName: 'ليلى' },
];
/** Enough for several pages. */
const CROWD = Array.from({ length: 700 }, (_, i) => ({
  number: String(5511910000000 + i),
  fullName: `Cliente ${String(i).padStart(3, '0')}`,
}));
const SAVED = PEOPLE.length + CROWD.length;
const LIST = '/sessions/default/contacts';
const ANNA = `${LIST}/491701234567`;

const withBrowser = chromiumPath ? describe : describe.skip;

withBrowser('the list and view of contacts', () => {
  let world: World;
  let visitor: Visitor;
  const arrive = async (options: Parameters<typeof Visitor.arrive>[1] = {}) =>
    (visitor = await Visitor.arrive(world.service.port, options));
  const search = () => visitor.page.getByRole('searchbox');
  const seesOnly = (...names: string[]) =>
    eventually(`only ${names.join()} are listed`, async () => {
      return (await visitor.names()).join('|') === names.join('|');
    });

  async function download(name: string): Promise<Download> {
    const [file] = await Promise.all([visitor.page.waitForEvent('download'), visitor.click(name)]);
    return file;
  }

  const textOf = async (file: Download) => readFile(await file.path(), 'utf8');

  beforeAll(async () => {
    world = await World.create({ DOWNLOADS_START_AFTER_MINUTES: '600' });
    for (const { number } of PEOPLE) world.server.createContact({ number, about: 'Hey there!' });
    await world.phone.saveContacts([...PEOPLE, ...CROWD]);
    await world.startLinked();
    await world.stateThat(({ contacts }) => contacts.count >= SAVED);
  });

  afterEach(async () => {
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });

  afterAll(async () => {
    await world.stop();
    await Visitor.closeBrowser();
  });

  it.each([
    ["O'Neill", 'Bob O’Neill', ['O’Neill']],
    ['oneill', 'Bob O’Neill', ['O’Neill']],
    ['weiss', 'Carla Weiß-Größmann', ['Weiß']],
    ['grossmann', 'Carla Weiß-Größmann', ['Größmann']],
    ['mueller', 'Anna Müller', ['Müller']],
    ['conceicao', 'João da Conceição', ['Conceição']],
    ['ليلى', 'ليلى حسن', ['ليلى']],
    ['+49 (0)170 1234567', 'Anna Müller', ['49 170 1234567']],
    ['0170 1234567', 'Anna Müller', ['170 1234567']],
    ['55 11 8765 4321', 'João da Conceição', []],
  ])('finds and marks %s', async (text, name, marked) => {
    await arrive();
    await visitor.open(LIST);
    await visitor.sees('Anna Müller');
    await search().fill(text);
    await seesOnly(name);
    await visitor.sees('one found');
    await eventually('the matching parts are marked', async () => {
      return (await visitor.page.locator('.list mark').allTextContents()).join('|') === marked.join('|');
    });
  });

  it('finds a contact by its LID, which only the details show', async () => {
    const { body } = await world.service.get<{ lid: string }>(`/contacts/${PEOPLE[0]?.number}`);
    await arrive();
    await visitor.open(LIST);
    await search().fill(body.lid.replace('@lid', ''));
    await seesOnly('Anna Müller');
    await visitor.page.keyboard.press('Enter');
    const lid = visitor.page.locator('.contact').getByText(body.lid);
    await visitor.page.getByText('Details', { exact: true }).waitFor();
    expect(await lid.isVisible()).toBe(false);
    await visitor.page.getByText('Details', { exact: true }).click();
    await lid.waitFor();
  });

  it('reports that a search is running', async () => {
    await arrive();
    const waitForText = async (route: Route) => {
      await visitor.sees('Searching…');
      await route.continue();
    };
    // Later requests follow changes of the address book.
    await visitor.page.route('**/contacts?*search=anna*', waitForText, { times: 1 });
    await visitor.open(`${LIST}?q=anna`);
    await visitor.sees('one found');
  });

  it('offers what users do with a number', async () => {
    await arrive();
    await visitor.open(ANNA);
    await visitor.sees('+49 170 1234567');
    const link = async (name: string) => {
      const element = visitor.page.getByRole('link', { name });
      return [await element.getAttribute('href'), await element.getAttribute('rel')];
    };
    expect(await link('Call')).toEqual(['tel:+491701234567', null]);
    expect(await link('Open chat')).toEqual(['https://wa.me/491701234567', 'noopener noreferrer']);
    await visitor.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await visitor.click('Copy number');
    await visitor.sees('Copied');
    expect(await visitor.page.evaluate(() => navigator.clipboard.readText())).toBe('+491701234567');
    const file = await download('Save as vCard');
    expect(file.suggestedFilename()).toMatch(/^Anna-Müller-default-\d{4}-\d\d-\d\d\.vcf$/);
    expect((await textOf(file)).match(/^(FN|VERSION):.*$/gm)).toEqual(['VERSION:3.0', 'FN:Anna Müller']);
  });

  it('fetches a contact once a minute, and shows the progress', async () => {
    await arrive();
    await visitor.open(ANNA);
    const button = visitor.page.getByRole('button', { name: 'Fetch from WhatsApp now' });
    const before = await button.boundingBox();
    await button.click();
    await visitor.sees(/Updated (just now|at \d\d:\d\d)\./);
    await visitor.sees(/Available again in \d+ seconds\./);
    await visitor.sees('Hey there!');
    const { body } = await world.service.get<{ updated_at: string }>(`/contacts/${PEOPLE[0]?.number}`);
    await visitor.sees(`Updated at ${body.updated_at.slice(11, 16)}.`);
    expect(await button.boundingBox()).toEqual(before);
    expect(await button.isEnabled()).toBe(false);
    await visitor.open(`${LIST}/447700900123`);
    await visitor.page.getByRole('heading', { name: 'Bob O’Neill' }).waitFor();
    await visitor.open(ANNA);
    const secondsLeft = async () =>
      Number(
        /in (\d+)/.exec(await visitor.page.getByText(/Available again in \d+ seconds\./).innerText())?.[1],
      );
    const left = await secondsLeft();
    await visitor.page.reload();
    await button.click();
    expect(await secondsLeft()).toBeLessThanOrEqual(left);
    expect(await visitor.page.getByRole('alert').count()).toBe(0);
  });

  it('aligns right-to-left values with the others', async () => {
    await arrive();
    await visitor.open(`${LIST}/201001234567`);
    const value = visitor.page.locator('.fact', { hasText: 'Saved as' }).locator('dd');
    await value.getByText('ليلى حسن').waitFor();
    const [cell, text] = [await value.boundingBox(), await value.locator('bdi').boundingBox()];
    expect(text?.x).toBe(cell?.x);
  });

  it('keeps the color of a contact that is renamed', async () => {
    await arrive();
    await visitor.open(`${LIST}/447700900123`);
    const avatar = visitor.page.locator('.contact-head .avatar');
    await avatar.waitFor();
    const color = await avatar.getAttribute('class');
    for (const fullName of ['Robert O’Neill', 'Bobby O’Neill', 'Bob O’Neill']) {
      await world.phone.saveContact({ number: '447700900123', fullName, firstName: 'Bob' });
      await visitor.page.getByRole('heading', { name: fullName }).waitFor();
      expect(await avatar.getAttribute('class')).toBe(color);
    }
  });

  it('returns to the list with Escape, and focuses the contact there', async () => {
    await arrive();
    await visitor.open(`${LIST}?q=anna`);
    await visitor.click(/Anna Müller/, 'link');
    await visitor.page.getByRole('heading', { name: 'Anna Müller' }).waitFor();
    await visitor.page.keyboard.press('Escape');
    await visitor.sees('Select a contact to see its details.');
    expect(visitor.page.url()).toMatch(/contacts\?q=anna$/);
    await eventually('the row has the focus', () =>
      visitor.page.evaluate(() => document.activeElement?.textContent?.includes('Anna Müller') ?? false),
    );
  });

  it('scrolls to the contact that a link leads to', async () => {
    await arrive();
    await visitor.open(`${LIST}/${CROWD[650]?.number}`);
    const row = visitor.page.locator('.list [aria-current]');
    await row.getByText('Cliente 650').waitFor();
    expect(await row.evaluate((element) => element.checkVisibility())).toBe(true);
    const [list, place] = [
      await visitor.page.locator('.list-scroller').boundingBox(),
      await row.boundingBox(),
    ];
    expect(place?.y).toBeGreaterThan(list?.y ?? 0);
    expect(place?.y).toBeLessThan((list?.y ?? 0) + (list?.height ?? 0));
  });

  it.each(['abc', '4999999999999'])('explains that no contact has the address %s', async (address) => {
    await arrive();
    await visitor.open(`${LIST}/${address}`);
    await visitor.sees('This contact does not exist.');
    expect(await visitor.page.getByText(/JID/).count()).toBe(0);
    await visitor.page.locator('.list a').first().focus();
    await visitor.page.keyboard.press('End');
    await visitor.page.locator(`[data-row="${SAVED - 1}"] a`).waitFor();
    await visitor.click('Show all contacts', 'link');
    await visitor.sees('Select a contact to see its details.');
  });

  it('filters by the time of the last change, and exports what is listed', async () => {
    await world.database.query(`UPDATE contact SET updated_at = now() - interval '10 days'`);
    await world.phone.saveContact({ number: '491701234567', fullName: 'Anna Müller-Lüdenscheidt' });
    await arrive();
    await visitor.open(LIST);
    await visitor.sees('Bob O’Neill');
    await visitor.page.getByLabel('Changed').selectOption('Changed in the last 7 days');
    await seesOnly('Anna Müller-Lüdenscheidt');
    expect(visitor.page.url()).toMatch(/\?changed=week$/);
    await visitor.page.getByText('Export', { exact: true }).click();
    await visitor.sees('Export 1 contact as');
    const file = await download('vCard');
    expect(file.suggestedFilename()).toMatch(/^contacts-default-\d{4}-\d\d-\d\d\.vcf$/);
    expect((await textOf(file)).match(/^FN:.*$/gm)).toEqual(['FN:Anna Müller-Lüdenscheidt']);
    await visitor.page.getByLabel('Changed').selectOption('Changed in the last 30 days');
    await search().fill('o neill');
    await seesOnly('Bob O’Neill');
    await visitor.page.getByText('Export', { exact: true }).click();
    await visitor.sees('Export 1 contact as');
    expect(await textOf(await download('Google Contacts'))).toMatch(/^Bob,.*447700900123/m);
    await world.phone.saveContact({ number: '491701234567', fullName: 'Anna Müller', firstName: 'Anna' });
  });

  it('exports the contacts that are selected, with mouse or keyboard', async () => {
    await arrive();
    await visitor.open(LIST);
    await visitor.sees('Anna Müller');
    await visitor.click('Select');
    const row = (name: string) => visitor.page.locator('.list .row', { hasText: name });
    await row('Anna Müller').click();
    await visitor.sees('1 selected');
    await row('Cliente 001').click({ modifiers: ['Shift'] });
    await visitor.sees('5 selected');
    await row('Carla').click();
    await visitor.sees('4 selected');
    await visitor.page.keyboard.press('ArrowDown');
    await eventually('the next row has the focus', () =>
      visitor.page.evaluate(
        () => document.activeElement?.getAttribute('aria-label') === 'Select Cliente 000',
      ),
    );
    await visitor.page.keyboard.press('Space');
    await visitor.sees('3 selected');
    expect(await row('Cliente 000').getByRole('checkbox').isChecked()).toBe(false);
    await visitor.page.getByText('Export selection').click();
    await visitor.sees('Export 3 contacts as');
    const file = await download('vCard');
    expect((await textOf(file)).match(/^FN:.*$/gm)?.toSorted()).toEqual([
      'FN:Anna Müller',
      'FN:Bob O’Neill',
      'FN:Cliente 001',
    ]);
    await visitor.click('Done');
    await row('Anna Müller').click();
    await visitor.page.getByRole('heading', { name: 'Anna Müller' }).waitFor();
  });

  it('begins a new range in the results of another search', async () => {
    await arrive();
    await visitor.open(LIST);
    await visitor.click('Select');
    await visitor.page.locator('[data-row="3"] .selectable').click();
    await search().fill('cliente 01');
    await seesOnly(...Array.from({ length: 10 }, (_, i) => `Cliente 01${i}`));
    await visitor.page.locator('[data-row="9"] .selectable').click({ modifiers: ['Shift'] });
    await visitor.sees('2 selected');
  });

  it('opens the first result of what was typed, also before it arrives', async () => {
    await arrive();
    await visitor.open(LIST);
    await visitor.sees('Anna Müller');
    await visitor.page.route(/search=bob/, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await route.continue();
    });
    await visitor.page.locator('.list-scroller').evaluate((list) => list.scrollTo(0, 20_000));
    await search().fill('bob');
    await visitor.page.keyboard.press('Enter');
    await visitor.page.getByRole('heading', { name: 'Bob O’Neill' }).waitFor();
  });

  it('shows the beginning of the list after another search or order', async () => {
    await arrive();
    await visitor.open(LIST);
    const list = visitor.page.locator('.list-scroller');
    const scrollAway = async () => {
      await eventually('the list has its full height', () =>
        list.evaluate(({ scrollHeight }) => scrollHeight > 40_000),
      );
      await list.evaluate((element) => element.scrollTo(0, 20_000));
      await visitor.page.locator('[data-row="310"] a').waitFor();
    };
    await scrollAway();
    await search().fill('cliente');
    await visitor.page.locator('[data-row="0"]').getByText('Cliente 000').waitFor();
    await scrollAway();
    await visitor.click('Last changed first');
    await visitor.page.locator('[data-row="0"]').waitFor();
    expect(await list.evaluate(({ scrollTop }) => scrollTop)).toBe(0);
  });

  it('selects no more contacts than one export accepts', async () => {
    await arrive();
    await visitor.open(LIST);
    await visitor.click('Select');
    await visitor.page.locator('.list .row').first().click();
    await visitor.page.keyboard.press('End');
    await visitor.page.locator(`[data-row="${SAVED - 1}"] .selectable`).click({ modifiers: ['Shift'] });
    await visitor.sees('300 selected, which is the limit');
    await visitor.page.getByText('Export selection').click();
    const file = await download('vCard');
    expect((await textOf(file)).match(/^FN:/gm)).toHaveLength(300);
  });

  it('searches all accounts at once', async () => {
    const sales = await world.beside('sales', '551199990000');
    await sales.phone.saveContacts([
      { number: '5521987650000', fullName: 'Anna Souza' },
      ...Array.from({ length: 9 }, (_, i) => ({ number: `55219876600${i}0`, fullName: `Clienta ${i}` })),
    ]);
    await world.database.query(`INSERT INTO session (name) VALUES ('empty')`);
    await sales.phone.scan(async () => (await sales.stateThat(({ qr }) => qr !== null)).qr ?? '');
    await sales.stateThat(({ contacts }) => contacts.count >= 10);
    await arrive();
    await visitor.open('/sessions');
    await visitor.click('Search', 'link');
    await visitor.sees('Enter a name or number to search all accounts.');
    await search().fill('anna');
    await visitor.sees('2 found');
    const groups = visitor.page.locator('.account-hits');
    expect(await groups.locator('h2').allTextContents()).toEqual(['Owner', 'Owner of sales']);
    expect(await groups.locator('mark').allTextContents()).toEqual(['Anna', 'Anna']);
    await search().fill('client');
    await visitor.sees('16 or more found');
    await visitor.click('Show all: Owner of sales', 'link');
    await visitor.sees('9 found');
    await visitor.page.goBack();
    await search().fill('souza');
    await visitor.sees('one found');
    await visitor.page.keyboard.press('Enter');
    await visitor.page.getByRole('heading', { name: 'Anna Souza' }).waitFor();
    await visitor.open('/search?q=nosuchname');
    await visitor.sees('No account has a matching contact.');
    await visitor.seesNo('Updated every few seconds');
    const refuse = (route: Route) =>
      route.fulfill({ status: 503, json: { code: 'too_busy', message: 'Too many requests at once.' } });
    await visitor.page.route(/sales\/contacts/, refuse);
    await search().fill('souza');
    await visitor.sees('1 account could not be searched.');
    await visitor.seesNo('No account has a matching contact.');
    await visitor.page.unroute(/sales\/contacts/, refuse);
    await visitor.sees('one found');
    await visitor.seesNo('1 account could not be searched.');
  });

  it('shows the LID of a contact without a number only in the details', async () => {
    const stranger = world.server.createContact({ number: '819012345678', pushName: 'Yuki' });
    await stranger.sendText(world.phone, 'hello', { addressing: 'lid', withoutAlternate: true });
    const lid = stranger.lid ?? '';
    expect(lid).toMatch(/^\d+$/);
    const text = () => visitor.page.locator('body').innerText();
    await arrive();
    await visitor.open(`${LIST}?no-number=1`);
    await visitor.sees('Yuki');
    await visitor.sees('No number known');
    expect(await text()).not.toContain(lid);
    await visitor.click(/Yuki/, 'link');
    await visitor.page.getByRole('heading', { name: 'Yuki' }).waitFor();
    expect(await text()).not.toContain(lid);
    await visitor.page.getByText('Details', { exact: true }).click();
    await visitor.sees(`${lid}@lid`);
  });
});
