import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { MASTER } from '../access/access-world.js';
import { requirePasskey } from '../linking/link-world.js';
import { eventually, Service } from '../support/service.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { World } from '../support/world.js';
import { chromiumPath } from './chromium.js';
import { Visitor } from './visitor.js';
import { WhatsAppWeb } from './whatsapp-web.js';

const PEOPLE = [
  { number: '491701234567', fullName: 'Anna Müller', firstName: 'Anna' },
  { number: '5511987654321', fullName: 'João da Conceição', firstName: 'João' },
  { number: '201001234567', fullName: 'ليلى حسن', firstName: 'ليلى' },
  { number: '13105550123', fullName: 'Pizza Palace' },
];
const ANNA = '/sessions/default/contacts/491701234567';
/** A picture of one pixel, that browsers can show. */
const PIXEL = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
  'base64',
);

const withBrowser = chromiumPath ? describe : describe.skip;
if (!chromiumPath) console.warn('No Chromium: these tests are skipped. Debian: apt-get install chromium');

withBrowser('the page of a service', () => {
  let world: World;
  let visitor: Visitor;
  const arrive = async (options: Parameters<typeof Visitor.arrive>[1] = {}, service = world.service) =>
    (visitor = await Visitor.arrive(service.port, options));

  /** The world begins without a link, and ends with none. */
  async function link(): Promise<void> {
    await visitor.open();
    await world.phone.scan(() => visitor.qr());
    await visitor.sees('Connected');
  }

  beforeAll(async () => {
    world = await World.create({ DOWNLOADS_START_AFTER_MINUTES: '0' });
    for (const { number, firstName } of PEOPLE)
      world.server.createContact({ number, pushName: `~${firstName ?? 'Pizza'}`, about: 'Hey there!' });
    await world.phone.saveContacts(PEOPLE);
    await world.startService();
  });

  afterEach(async () => {
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });

  afterAll(async () => {
    await world.stop();
    await Visitor.closeBrowser();
  });

  it('links the first account and finds a contact', async () => {
    await arrive();
    await visitor.open();
    await visitor.sees('No account is linked yet.');
    await visitor.sees(/\d+ seconds left/);
    await world.phone.scan(() => visitor.qr());
    await visitor.sees('Connected');
    await visitor.click('Browse contacts', 'link');
    await visitor.sees('Anna Müller');
    await visitor.page.getByRole('searchbox').pressSequentially('conceicao');
    await visitor.sees('one found');
    expect(await visitor.names()).toEqual(['João da Conceição']);
    await visitor.page.keyboard.press('Enter');
    await visitor.sees('+55 11 98765 4321');
    await visitor.page.getByRole('heading', { name: 'João da Conceição' }).waitFor();
    expect(visitor.page.url()).toMatch(/#\/sessions\/default\/contacts\/5511987654321\?q=conceicao$/);
  });

  it('restores its state after a reload, and the previous one with the back button', async () => {
    await arrive();
    await visitor.open(`${ANNA}?q=anna`);
    await visitor.page.getByRole('heading', { name: 'Anna Müller' }).waitFor();
    await visitor.page.reload();
    await visitor.page.getByRole('heading', { name: 'Anna Müller' }).waitFor();
    expect(await visitor.page.getByRole('searchbox').inputValue()).toBe('anna');
    await visitor.click('Clear search');
    await visitor.click(/Pizza Palace/, 'link');
    await visitor.page.getByRole('heading', { name: 'Pizza Palace' }).waitFor();
    await visitor.page.goBack();
    await visitor.page.getByRole('heading', { name: 'Anna Müller' }).waitFor();
  });

  it('finds contacts by any name, ignoring case and accents, and by digits', async () => {
    await arrive();
    await visitor.open('/sessions/default/contacts');
    const search = visitor.page.getByRole('searchbox');
    for (const [text, name] of [
      ['muller', 'Anna Müller'],
      ['JOAO', 'João da Conceição'],
      ['ليلى', 'ليلى حسن'],
      ['0170 123', 'Anna Müller'],
      ['palace pizza', 'Pizza Palace'],
    ] as const) {
      await search.fill(text);
      await eventually(`${text} finds ${name}`, async () => (await visitor.names()).join() === name);
    }
    await search.fill('no such contact');
    await visitor.sees('No contacts found. Try another name, or part of the number.');
  });

  it('is usable with only the keyboard', async () => {
    await arrive();
    await visitor.open('/sessions/default/contacts');
    await visitor.sees('Anna Müller');
    const focused = () => visitor.page.evaluate(() => document.activeElement?.textContent ?? '');
    await visitor.page.keyboard.press('/');
    await visitor.page.keyboard.press('ArrowDown');
    expect(await focused()).toContain('Anna Müller');
    await visitor.page.keyboard.press('End');
    await eventually('the last one has the focus', async () => !(await focused()).includes('Anna'));
    await visitor.page.keyboard.press('Home');
    await eventually('the first one has the focus', async () => (await focused()).includes('Anna Müller'));
    await visitor.page.keyboard.press('Enter');
    await visitor.page.getByRole('heading', { name: 'Anna Müller' }).waitFor();
    await eventually('the heading is read', async () => (await focused()) === 'Anna Müller');
    await visitor.page.keyboard.press('/');
    await visitor.page.keyboard.type('anna');
    await visitor.sees('one found');
    await visitor.page.keyboard.press('Escape');
    await visitor.sees('Pizza Palace');
  });

  it('filters, and exports the filtered contacts', async () => {
    await arrive();
    await world.server
      .createContact({ number: '40721234567', pushName: 'Ionuț' })
      .sendText(world.phone, 'hello');
    await visitor.open('/sessions/default/contacts');
    await visitor.sees('Ionuț');
    await visitor.click('Saved on the phone');
    await visitor.seesNo('Ionuț');
    expect(visitor.page.url()).toMatch(/\?saved=1$/);
    await visitor.page.getByText('Export').click();
    const [download] = await Promise.all([visitor.page.waitForEvent('download'), visitor.click('vCard')]);
    const vcards = await readFile(await download.path(), 'utf8');
    expect(download.suggestedFilename()).toMatch(/^contacts-default-\d{4}-\d\d-\d\d\.vcf$/);
    expect(vcards).toContain('Anna Müller');
    expect(vcards).not.toContain('Ionuț');
  });

  it.each([
    ['as they happen', false],
    ['by polling, where streams are blocked', true],
  ])('shows changes %s', async (_, isStreamBlocked) => {
    await arrive();
    if (isStreamBlocked) await visitor.page.route('**/changes/stream*', (route) => route.abort());
    await visitor.open('/sessions/default/contacts');
    await visitor.sees(isStreamBlocked ? 'Updated every few seconds' : 'Live');
    await world.phone.saveContact({ number: '819012345678', fullName: 'Hanako', firstName: 'Hanako' });
    await visitor.sees('Hanako');
    await visitor.click(/Hanako/, 'link');
    await world.phone.saveContact({ number: '819012345678', fullName: 'Yamada Hanako', firstName: 'Hanako' });
    await visitor.page.getByRole('heading', { name: 'Yamada Hanako' }).waitFor();
    await world.phone.deleteContact('819012345678');
    await visitor.page.getByRole('heading', { name: 'No name' }).waitFor();
    await visitor.sees('Not saved');
    await eventually('it left the list', async () => !(await visitor.names()).includes('Yamada Hanako'));
  });

  it('shows picture, about text, and key changes as security events', async () => {
    await arrive();
    const anna = [...world.server.directory.contacts].find(({ number }) => number === '491701234567');
    await anna?.setPicture(PIXEL);
    await visitor.open(ANNA);
    await visitor.click('Fetch from WhatsApp now');
    await visitor.page.locator('.contact-head .avatar img').waitFor({ state: 'attached' });
    await visitor.sees('Hey there!');
    await visitor.page.getByText('Security', { exact: true }).click();
    await visitor.page.locator('.fingerprint span').nth(15).waitFor();
    await anna?.changeIdentity();
    await visitor.sees(/Security event: the key changed/);
    await visitor.sees('The key has changed once.');
    const fingerprint = (
      await visitor.page.locator('.fingerprint').first().locator('span').allTextContents()
    ).join(' ');
    await visitor.page.getByText('Compare with a fingerprint').click();
    const field = visitor.page.getByLabel('Paste the fingerprint from the contact');
    await field.fill(fingerprint.toUpperCase());
    await visitor.sees('The fingerprints match.');
    await field.fill(fingerprint.replace(/.$/, (last) => (last === '0' ? '1' : '0')));
    await visitor.sees('The fingerprints differ, starting in group 16.');
    await field.fill('abc');
    await visitor.sees('A fingerprint has 64 characters');
  });

  it('shows the new number of a contact', async () => {
    await arrive();
    const moving = world.server.createContact({ number: '447700900123', pushName: 'Bob' });
    await world.phone.saveContact({ number: '447700900123', fullName: 'Bob the mover', firstName: 'Bob' });
    await moving.sendText(world.phone, 'hello');
    await visitor.open('/sessions/default/contacts/447700900123');
    await visitor.sees('Bob the mover');
    await moving.changeNumber('447700900999');
    await visitor.sees('This contact has changed their number.');
    await visitor.click('+44 7700 900999', 'link');
    await visitor.sees('Previous number');
    await world.phone.deleteContact('447700900123');
  });

  it('shows either the list or a contact on a phone', async () => {
    await arrive({ viewport: { width: 360, height: 740 } });
    await visitor.open('/sessions/default/contacts');
    await visitor.click(/Anna Müller/, 'link');
    await visitor.page.getByRole('heading', { name: 'Anna Müller' }).waitFor();
    expect(await visitor.page.getByRole('searchbox').isVisible()).toBe(false);
    await visitor.click('Back', 'link');
    await visitor.page.getByRole('searchbox').waitFor();
    const overflow = await visitor.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
  });

  it.each([
    ['pt-BR', 'Buscar nomes e números', '4 contatos', 'pt-BR'],
    ['pt-PT', 'Buscar nomes e números', '4 contatos', 'pt-PT'],
    ['es-MX', 'Buscar nombres y números', '4 contactos', 'es-MX'],
    ['de-DE', 'Search names and numbers', '4 contacts', 'en'],
  ])('uses the language of a browser that requests %s', async (locale, search, total, language) => {
    await arrive({ locale });
    await visitor.open('/sessions/default/contacts?saved=1');
    await visitor.page.getByPlaceholder(search).waitFor();
    expect(await visitor.page.evaluate(() => document.documentElement.lang)).toBe(language);
    await visitor.page.goto(visitor.page.url().replace('?saved=1', ''));
    await visitor.sees(new RegExp(total.replace('4', '\\d+')));
  });

  it('loads the texts of one language only, and English ones instead of those that cannot be loaded', async () => {
    await arrive({ locale: 'es-MX' });
    const languages: string[] = [];
    visitor.page.on('request', (request) => {
      const language = /\/assets\/(en|es|pt-br)-[^/]+\.js$/.exec(request.url())?.[1];
      if (language) languages.push(language);
    });
    await visitor.open('/sessions/default/contacts');
    await visitor.sees('Pizza Palace');
    expect(languages).toEqual(['es']);
    await visitor.page.route('**/assets/es-*.js', (route) => route.abort());
    await visitor.page.reload();
    await visitor.page.getByPlaceholder('Search names and numbers').waitFor();
  });

  it('reloads if the service was updated while the page was open', async () => {
    await arrive();
    await visitor.open('/sessions');
    await visitor.page.getByRole('link', { name: 'Keys' }).waitFor();
    const { page } = visitor;
    await page.route('**/assets/settings-view-*.js', (route) => route.abort(), { times: 1 });
    await page.route(`http://127.0.0.1:${world.service.port}/`, (route) =>
      route.request().resourceType() === 'fetch'
        ? route.fulfill({ contentType: 'text/html', body: '<script src="./assets/index-new.js"></script>' })
        : route.continue(),
    );
    const reloaded = page.waitForEvent('load');
    await visitor.click('Keys', 'link');
    await reloaded;
    await visitor.sees(/^Everyone who can open this page/);
  });

  it('shows the problem and its solution while the session is not connected', async () => {
    await arrive();
    await visitor.open('/sessions/default');
    await world.server.goDown();
    await visitor.sees('Not connected');
    await visitor.sees(/Next attempt:/);
    await world.server.comeBack();
    await visitor.sees('Connected');
  });

  it('unlinks after a confirmation, and shows the next code', async () => {
    await arrive();
    await visitor.open('/sessions/default');
    await visitor.click('Unlink the account');
    await visitor.click('Cancel');
    await visitor.sees('Connected');
    await visitor.click('Unlink the account');
    await visitor.sees('Unlink this account?');
    await visitor.click('Unlink');
    await visitor.sees('The account was unlinked. Its contacts remain stored.');
    await visitor.qr();
  });

  it('replaces an expired code without a gap', async () => {
    await arrive();
    await visitor.open('/sessions/default');
    const first = await visitor.qr();
    await visitor.page.evaluate(() => {
      Object.assign(globalThis, { gaps: 0 });
      new MutationObserver(() => {
        if (!document.querySelector('.qr svg')) Object.assign(globalThis, { gaps: 1 });
      }).observe(document.body, { subtree: true, childList: true });
    });
    world.server.renewQrRefs();
    await eventually('another code is shown', async () => (await visitor.qr()) !== first);
    expect(await visitor.page.evaluate(() => (globalThis as unknown as { gaps: number }).gaps)).toBe(0);
  });

  it('returns a pairing code for a number in national format, and links with it', async () => {
    await arrive({ locale: 'de-DE' });
    await visitor.open('/sessions/default');
    const field = visitor.page.getByLabel('Phone number');
    await visitor.click('Get a code');
    await visitor.sees('Enter the phone number of the account.');
    await field.fill('0170');
    await visitor.click('Get a code');
    await visitor.sees(/This is not a complete phone number/);
    await field.fill('(0170) 123-0000');
    await visitor.sees(/Number in Germany · \+49 170 1230000/);
    await visitor.click('Get a code');
    const code = visitor.page.locator('.big-code');
    await code.waitFor();
    await world.phone.enterPairingCode((await code.textContent())?.replace('-', '') ?? '');
    await visitor.sees('Connected');
    world.phone.unlink();
    await visitor.sees('The phone unlinked this device. The contacts remain stored.');
  });

  it('guides through the passkey ceremony, and ends it on request', async () => {
    await arrive();
    await visitor.open('/sessions/default');
    const passkey = requirePasskey(world);
    const linked = world.phone.scan(() => visitor.qr());
    await visitor.sees('Confirm with the passkey');
    expect(await visitor.page.getByRole('link', { name: 'Open WhatsApp Web' }).getAttribute('href')).toMatch(
      /^https:\/\/web\.whatsapp\.com\//,
    );
    await visitor.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await visitor.page.getByText('Without the extension, in the developer tools').click();
    await visitor.click('Copy snippet');
    await visitor.sees('Copied');
    const line = await visitor.page.evaluate(() => navigator.clipboard.readText());
    const field = visitor.page.getByLabel('Output of the console');
    await field.fill('nonsense');
    await visitor.click('Send to WhatsApp');
    await visitor.sees(/This is not the complete output/);
    const browser = await WhatsAppWeb.open(passkey);
    await field.fill(await browser.runInConsole(line));
    await browser.close();
    await visitor.click('Send to WhatsApp');
    await visitor.sees('Connected');
    await linked;
    world.phone.unlink();
    // The phone is not notified that the ceremony has ended.
    void world.phone.scan(() => visitor.qr()).catch(() => {});
    await visitor.sees('Confirm with the passkey');
    await visitor.click('Cancel linking');
    await visitor.sees('The passkey confirmation was canceled.');
    world.phone.passkey = undefined;
  });

  it('lists all of many sessions, and adds and removes one', async () => {
    await arrive();
    await visitor.open('/sessions');
    await visitor.click('Add account');
    await visitor.click('Add');
    await visitor.sees('Enter a name.');
    const name = visitor.page.getByLabel('Name', { exact: true });
    await name.fill('営業');
    await visitor.click('Add');
    await visitor.sees(/must have 1 to 40 characters/);
    await name.fill('Default');
    await visitor.click('Add');
    await visitor.sees('An account with this name already exists.');
    await name.fill('Sales');
    await visitor.click('Add');
    await visitor.qr();
    expect(visitor.page.url()).toMatch(/#\/sessions\/sales$/);
    await visitor.page.getByLabel('Account', { exact: true }).selectOption('default');
    await visitor.page.waitForURL(/#\/sessions\/default$/);
    await visitor.open('/');
    await visitor.page.waitForURL(/#\/sessions$/);
    await visitor.click('Remove: Sales');
    await visitor.click('Remove');
    await eventually('it is gone', async () => (await visitor.page.getByRole('listitem').count()) === 1);
  });

  it('keeps its content, and reports the problem, while the database is unreachable', async () => {
    await arrive();
    await link();
    const { proxy, url } = await TcpProxy.beforeDatabase(world.database.url);
    const behind = await Service.start({ DATABASE_URL: url, ROLE: 'api' });
    await visitor.leave();
    await arrive({}, behind);
    await visitor.open('/sessions/default');
    await visitor.sees('Connected');
    await proxy.goDown();
    await visitor.sees('The database does not respond.');
    await visitor.sees('Not up to date');
    await visitor.sees('Browse contacts');
    await proxy.comeBack();
    await visitor.seesNo('The database does not respond.');
    await behind.stop();
    await proxy.stop();
  });

  describe('with keys', () => {
    let locked: Service;

    beforeAll(async () => {
      locked = await Service.start({ DATABASE_URL: world.database.url, ROLE: 'api', API_KEY: MASTER });
    });

    afterAll(() => locked.stop());

    async function createKey(fields: object): Promise<{ id: string; key: string }> {
      const request = { name: 'a visitor', ...fields };
      const { body } = await locked.post<{ id: string; key: string }>('/keys', request, MASTER);
      return body;
    }

    async function enter(key: string): Promise<void> {
      await visitor.page.getByLabel('API key').fill(key);
      await visitor.click('Continue');
    }

    it('prompts for a key, stores it for the tab, and sends no cookie', async () => {
      await arrive({}, locked);
      await visitor.open(ANNA);
      await visitor.click('Continue');
      await visitor.sees(/Enter a key/);
      await enter('wrong');
      await visitor.sees('This key is not valid. It might be mistyped, expired or deleted.');
      await enter(MASTER);
      await visitor.page.getByRole('heading', { name: 'Anna Müller' }).waitFor();
      await visitor.page.reload();
      await visitor.page.getByRole('heading', { name: 'Anna Müller' }).waitFor();
      expect(await visitor.cookies()).toBe(0);
      expect(await visitor.page.evaluate(() => localStorage.length)).toBe(0);
      const other = await visitor.page.context().newPage();
      await other.goto(visitor.page.url());
      await other.getByLabel('API key').waitFor();
      await visitor.click('Sign out');
      await visitor.page.getByLabel('API key').waitFor();
    });

    it('shows only contacts if the key can only read contacts', async () => {
      const { key } = await createKey({ scopes: ['contacts:read'] });
      await arrive({}, locked);
      await visitor.open();
      await enter(key);
      await visitor.sees('Anna Müller');
      expect(await visitor.page.getByRole('navigation').getByRole('link').allTextContents()).toEqual([
        'Contacts',
      ]);
      expect(await visitor.page.getByText('Export').count()).toBe(0);
      await visitor.open('/sessions/default');
      await visitor.sees('This key does not allow this.');
      await visitor.page.getByText('Details').click();
      await visitor.sees('Missing scope: session:read');
    });

    it('shows only states, and no link secrets, if the key can only read states', async () => {
      const { key } = await createKey({ scopes: ['session:read'], sessions: ['default'] });
      await arrive({}, locked);
      await visitor.open();
      await enter(key);
      await visitor.sees('Connected');
      expect(await visitor.page.getByText('Unlink the account').count()).toBe(0);
      await visitor.open('/sessions/default/contacts');
      await visitor.sees('This key does not allow this.');
      await visitor.open('/sessions/sales');
      await visitor.sees(/It does not include the account “sales”/);
    });

    it('reports a key without access, and prompts again when a key is deleted', async () => {
      const { key: useless } = await createKey({ scopes: ['metrics:read'] });
      const { id, key } = await createKey({ scopes: ['contacts:read', 'session:read'] });
      await arrive({}, locked);
      await visitor.open();
      await enter(useless);
      await visitor.sees(/This key can read neither contacts nor accounts/);
      await visitor.click('Use another key');
      await enter(key);
      await visitor.sees('Connected');
      await locked.request(`/keys/${id}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${MASTER}` },
      });
      await visitor.page.getByLabel('API key').waitFor();
    });
  });
});
