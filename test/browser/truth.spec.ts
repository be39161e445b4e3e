import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { MASTER } from '../access/access-world.js';
import { requestCode } from '../linking/link-world.js';
import { eventually, Service } from '../support/service.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { World } from '../support/world.js';
import { chromiumPath } from './chromium.js';
import { Visitor } from './visitor.js';

const CONTACTS = '/sessions/default/contacts';
const ANNA = `${CONTACTS}/491701234567`;
const OWNER = '+49 170 1230000 · Owner';
const NOT_CONNECTED = /Not connected to WhatsApp since \d\d:\d\d\. Changes on the phone do not arrive\./;
const UNLINKED = /Unlinked from the phone since \d\d:\d\d\. Changes on the phone do not arrive\./;

const withBrowser = chromiumPath ? describe : describe.skip;

withBrowser('the page shows whether changes of the phone arrive', () => {
  let world: World;
  let visitor: Visitor;
  const arrive = async (options: Parameters<typeof Visitor.arrive>[1] = {}, service = world.service) =>
    (visitor = await Visitor.arrive(service.port, options));
  const alerts = () => visitor.page.getByRole('alert').count();
  const indicator = () => visitor.page.locator('.fresh').textContent();

  async function link(): Promise<void> {
    await world.phone.scan(() => world.service.qr());
    await world.stateThat(({ status, contacts }) => status === 'open' && contacts.sync === 'complete');
  }

  async function keyForContacts(service: Service): Promise<string> {
    const request = { name: 'a visitor', scopes: ['contacts:read'] };
    return (await service.post<{ key: string }>('/keys', request, MASTER)).body.key;
  }

  async function signIn(key: string): Promise<void> {
    await visitor.open();
    await visitor.page.getByLabel('API key').fill(key);
    await visitor.click('Continue');
  }

  beforeAll(async () => {
    world = await World.create({ DOWNLOADS_START_AFTER_MINUTES: '0' });
    await world.phone.saveContacts([
      { number: '491701234567', fullName: 'Anna Müller', firstName: 'Anna' },
      { number: '5511987654321', fullName: 'João da Conceição', firstName: 'João' },
    ]);
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

  it('leads from empty contacts to the link', async () => {
    await arrive();
    await visitor.open(CONTACTS);
    await visitor.sees('No account is linked yet');
    expect(await alerts()).toBe(0);
    expect(await visitor.page.getByRole('searchbox').count()).toBe(0);
    await visitor.click('Link an account', 'link');
    await visitor.sees(/Android: tap ⋮ › Linked devices. iPhone: tap Settings/);
    await visitor.qr();
  });

  it('reports at once that a code was entered, instead of the QR code only', async () => {
    await arrive();
    await visitor.open('/sessions/default');
    await visitor.qr();
    const { code } = (await requestCode(world)).body;
    await visitor.sees('Code to enter on the phone');
    const wrong = `${code.startsWith('1') ? '2' : '1'}${code.slice(1)}`;
    await expect(world.phone.enterPairingCode(wrong)).rejects.toThrow(/not the one/);
    await visitor.sees('A code was entered on the phone.');
    await visitor.sees(/If the phone shows an error, the code was mistyped/);
    await visitor.click('Get another code');
    await visitor.page.getByLabel('Phone number').fill('+491701230000');
    await visitor.click('Get a code');
    await visitor.sees('Code to enter on the phone');
  });

  it('shows a first sync as progress, without a warning', async () => {
    world.phone.withholdSyncKeys();
    Object.assign(world.phone.history, { send: true, delayMs: 600_000 });
    await arrive();
    await visitor.open('/sessions/default');
    await world.phone.scan(() => visitor.qr());
    await visitor.sees('First sync in progress');
    await visitor.sees(/\d+ contacts so far/);
    expect(await visitor.page.locator('.notice.warn, .notice.bad').count()).toBe(0);
    expect((await world.state()).reason_code).toBeNull();
    await visitor.open(CONTACTS);
    await eventually('the label has changed', async () =>
      /First sync in progress/.test((await indicator()) ?? ''),
    );
    await world.phone.shareSyncKeys();
    await world.stateThat(({ contacts }) => contacts.total >= 2);
    await visitor.sees('Anna Müller');
    expect(await indicator()).not.toContain('Live');
    world.phone.history.delayMs = 0;
    world.phone.unlink();
    await world.stateThat(({ status, qr }) => status === 'linking' && qr !== null);
    await link();
  });

  it('shows one number of contacts everywhere', async () => {
    const nobody = world.server.createContact({ number: '40721234567', pushName: 'Ionuț' });
    await nobody.sendText(world.phone, 'hello');
    const { contacts } = await world.stateThat(({ contacts: { total } }) => total > 2);
    const count = String(contacts.total);
    await arrive();
    await visitor.open('/sessions');
    await eventually('the list has it', async () =>
      (await visitor.page.locator('.session-count').textContent())?.startsWith(count),
    );
    await visitor.open('/sessions/default');
    expect(await visitor.page.locator('.tiles dd').first().textContent()).toBe(count);
    await visitor.open(CONTACTS);
    await visitor.sees(`${count} contacts`);
  });

  it('shows on every view since when WhatsApp is not connected', async () => {
    await arrive();
    await visitor.open(CONTACTS);
    await visitor.sees('Live');
    await world.server.goDown();
    await visitor.sees(NOT_CONNECTED);
    await eventually('the label has changed', async () => /Not connected/.test((await indicator()) ?? ''));
    await visitor.open(ANNA);
    await visitor.page.getByRole('heading', { name: 'Anna Müller' }).waitFor();
    await visitor.sees(NOT_CONNECTED);
    await visitor.click('Show what to do', 'link');
    await visitor.sees(NOT_CONNECTED);
    await visitor.sees(/Next attempt:/);
    await world.server.comeBack();
    await visitor.sees('Connected');
    await visitor.seesNo(NOT_CONNECTED);
  });

  it('does not call anything well while the service does not respond, and reports it once', async () => {
    const { proxy, url } = await TcpProxy.beforeDatabase(world.database.url);
    const behind = await Service.start({ DATABASE_URL: url, ROLE: 'api' });
    await arrive({}, behind);
    await visitor.open('/sessions/default');
    await visitor.sees('Everything is up to date.');
    await behind.stop();
    await visitor.sees('The service does not respond.');
    await visitor.sees('Last known status: Connected');
    await visitor.sees('Not up to date');
    expect(await visitor.page.getByText('Everything is up to date').count()).toBe(0);
    expect(await visitor.page.locator('.dot.good').count()).toBe(0);
    await visitor.page.evaluate((route) => (location.hash = route), ANNA);
    await eventually(
      'the contact was requested',
      async () => (await visitor.page.locator('.contact').count()) === 1,
    );
    await visitor.sees('The service does not respond.');
    expect(await alerts()).toBe(1);
    await proxy.stop();
  });

  it('shows one error for an unknown account and for an address that is not a number', async () => {
    await arrive();
    await visitor.open('/sessions/nope');
    await visitor.sees('This account does not exist.');
    expect(await alerts()).toBe(1);
    await visitor.open('/sessions/nope/contacts');
    await visitor.sees('This account does not exist.');
    expect(await alerts()).toBe(1);
    await visitor.click('Show all accounts', 'link');
    await visitor.page.waitForURL(/#\/sessions$/);
    await visitor.open(`${CONTACTS}/abc`);
    await visitor.sees('This contact does not exist.');
  });

  it('shows the display name, which can be changed', async () => {
    await arrive();
    await visitor.open('/sessions/default');
    await visitor.page.getByRole('heading', { name: 'Owner', exact: true }).waitFor();
    await visitor.click('Rename');
    await visitor.page.getByLabel('Name', { exact: true }).fill('Front desk');
    await visitor.click('Save');
    await visitor.page.getByRole('heading', { name: 'Front desk' }).waitFor();
    await visitor.sees(OWNER);
    await visitor.open('/sessions');
    // The whole row is a link.
    const { x = 0, y = 0 } = (await visitor.page.locator('.session-count').boundingBox()) ?? {};
    await visitor.page.mouse.click(x + 5, y + 5);
    await visitor.page.waitForURL(/#\/sessions\/default$/);
    await visitor.click('Rename');
    await visitor.page.getByLabel('Name', { exact: true }).fill('');
    await visitor.click('Save');
    await visitor.page.getByRole('heading', { name: 'Owner', exact: true }).waitFor();
  });

  it('names the phone that an unlinked account needs, and what a removal deletes', async () => {
    const other = await world.beside('sales', '5511987650001');
    await other.phone.saveContact({ number: '5511987650000', fullName: 'Camila' });
    // Its names would be more contacts, if they arrived before the phone unlinks the device.
    other.phone.history = { send: false };
    await other.phone.scan(async () => (await other.stateThat(({ qr }) => qr !== null)).qr ?? '');
    await other.stateThat(({ contacts }) => contacts.total === 1);
    other.phone.unlink();
    await other.stateThat(({ status, qr }) => status === 'linking' && qr !== null);
    await arrive();
    await visitor.open('/sessions/sales/contacts');
    await visitor.sees(UNLINKED);
    await visitor.sees('Camila');
    expect(await indicator()).toBe('Not linked');
    await visitor.open('/sessions/sales');
    await visitor.sees(UNLINKED);
    await visitor.sees(/was \+55 11 98765 0001/);
    await visitor.sees('The phone unlinked this device. The contacts remain stored.');
    expect(await visitor.page.locator('.notice.bad').count()).toBe(1);
    await visitor.open('/sessions');
    await visitor.sees(/was \+55 11 98765 0001/);
    await visitor.click('Remove: Owner of sales');
    await visitor.sees('Remove the account “Owner of sales”?');
    await visitor.sees('+55 11 98765 0001 · Owner of sales');
    await visitor.sees('Also delete its contact');
    await visitor.click('Remove');
    await eventually('it is gone', async () => (await visitor.page.getByRole('listitem').count()) === 1);
  });

  it('does not call changes live that it cannot see, with a key for contacts only', async () => {
    const locked = await Service.start({ DATABASE_URL: world.database.url, ROLE: 'api', API_KEY: MASTER });
    await arrive({}, locked);
    await signIn(await keyForContacts(locked));
    await visitor.sees('Updated automatically');
    await locked.stop();
  });

  it('reports an outage once, with a key for contacts only', async () => {
    const { proxy, url } = await TcpProxy.beforeDatabase(world.database.url);
    const locked = await Service.start({ DATABASE_URL: url, ROLE: 'api', API_KEY: MASTER });
    await arrive({}, locked);
    await signIn(await keyForContacts(locked));
    await visitor.sees('Updated automatically');
    const fails = (path: RegExp) =>
      visitor.page.waitForResponse((response) => path.test(response.url()) && response.status() === 503);
    const listAndContact = Promise.all([fails(/\/contacts\?/), fails(/\/contacts\/491701234567$/)]);
    await proxy.goDown();
    await visitor.page.evaluate((route) => (location.hash = route), `${ANNA}?q=anna`);
    await listAndContact;
    await visitor.sees('The database does not respond.');
    expect(await alerts()).toBe(1);
    await visitor.sees('Not up to date');
    expect(await alerts()).toBe(1);
    await proxy.comeBack();
    await visitor.page.getByRole('heading', { name: 'Anna Müller' }).waitFor();
    await visitor.seesNo('The database does not respond.');
    await visitor.sees('Updated automatically');
    await locked.stop();
    await proxy.stop();
  });
});
