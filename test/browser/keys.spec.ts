import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CreatedKeyDto, KeyListDto } from '../../src/api/keys/keys.dto.js';
import type { WebhookListDto } from '../../src/api/webhooks/webhooks.dto.js';
import { expiryOf } from '../../web/keys/expiry.js';
import { reachOf } from '../../web/keys/reach.js';
import { withScope, worthListing } from '../../web/keys/scopes.js';
import { headersOf } from '../../web/webhooks/webhook-headers.js';
import { stateOf } from '../../web/webhooks/webhook-state.js';
import { isWebhookUrl } from '../../web/webhooks/webhook-url.js';
import { MASTER } from '../access/access-world.js';
import { ServedAddressBook } from '../contacts/served-address-book.js';
import { eventually, Service } from '../support/service.js';
import { Receiver } from '../webhooks/receiver.js';
import { chromiumPath } from './chromium.js';
import { Visitor } from './visitor.js';

const NOW_MS = Date.parse('2026-11-30T12:00:00Z');

describe('the expiry of a key', () => {
  it.each([
    ['never', '', null],
    ['30', '', '2026-12-30T12:00:00.000Z'],
    ['365', '', '2027-11-30T12:00:00.000Z'],
    ['date', '', undefined],
    ['date', '2026-11-28', undefined],
  ] as const)('for %s on "%s" is %s', (expiry, date, at) => {
    expect(expiryOf(expiry, date, NOW_MS)).toBe(at);
  });

  it('is the end of the chosen day where the user is', () => {
    const at = expiryOf('date', '2026-12-31', NOW_MS);
    expect(at && new Date(at).getTime()).toBe(new Date(2027, 0, 1).getTime());
  });
});

describe('the form for scopes', () => {
  it('also selects the scope that a selected scope is useless without', () => {
    expect(withScope([], 'contacts:export', true)).toEqual(['contacts:read', 'contacts:export']);
    expect(withScope(['contacts:read'], 'contacts:check', true)).toEqual(['contacts:read', 'contacts:check']);
    expect(withScope(['contacts:read', 'contacts:export'], 'contacts:read', false)).toEqual([
      'contacts:export',
    ]);
  });

  it('lists scopes in a fixed order, and only admin if it is selected', () => {
    expect(worthListing(['session:link', 'contacts:read'])).toEqual(['contacts:read', 'session:link']);
    expect(worthListing(['contacts:read', 'admin'])).toEqual(['admin']);
  });
});

describe('an address', () => {
  it.each([
    ['http://localhost:8888/', 'local'],
    ['https://contacts.localhost/', 'local'],
    ['http://127.0.0.1:8888/', 'local'],
    ['http://[::1]:8888/', 'local'],
    ['http://192.168.1.20:8888/', 'plain'],
    ['https://contacts.example.com/wa/', 'secure'],
  ])('%s is %s', (address, reach) => {
    expect(reachOf(new URL(address))).toBe(reach);
  });
});

describe('a webhook', () => {
  it.each([
    ['active', 0, 'active'],
    ['active', 2, 'retrying'],
    ['paused', 0, 'pausedOnRequest'],
    ['paused', 12, 'failed'],
    ['disabled', 1, 'disabled'],
  ] as const)('that is %s after %d failures is shown as %s', (state, failures, shown) => {
    expect(stateOf({ state, failures })).toBe(shown);
  });

  it.each([
    ['https://crm.example.com/contacts', true],
    ['http://10.1.0.3:8080', true],
    ['crm.example.com', false],
    ['https://user:password@crm.example.com', false],
    [`https://crm.example.com/${'a'.repeat(2_000)}`, false],
  ])('checks the URL of case %#', (url, isUrl) => {
    expect(isWebhookUrl(url)).toBe(isUrl);
  });
});

describe('the form for headers', () => {
  const header = (name: string, value: string) => ({ name, value });

  it('ignores empty rows and surrounding spaces', () => {
    expect(headersOf([header(' Authorization', 'Bearer abc '), header('', '')])).toEqual({
      Authorization: 'Bearer abc',
    });
    expect(headersOf([header('', ' ')])).toBeNull();
    expect(headersOf([])).toBeNull();
  });

  it.each([
    ['a name with a space', [header('X Team', 'sales')]],
    ['a value without a name', [header('', 'sales')]],
    ['a name twice', [header('X-Team', 'sales'), header('x-team', 'support')]],
    ['a header of the service', [header('Webhook-Id', '1')]],
    ['a value with a line break', [header('X-Team', 'sales\nHost: a')]],
    ['too many characters', [header('X-Team', 'a'.repeat(8_000))]],
  ])('rejects %s', (_, typed) => {
    expect(headersOf(typed)).toBeUndefined();
  });
});

const withBrowser = chromiumPath ? describe : describe.skip;
if (!chromiumPath) console.warn('No Chromium: these tests are skipped. Debian: apt-get install chromium');

withBrowser('the page with a key', () => {
  let book: ServedAddressBook;
  let visitor: Visitor;
  const listKeys = async () => (await book.service.request<KeyListDto>('/keys', { key: MASTER })).body.items;
  const createKey = async (fields: object) =>
    (await book.service.post<CreatedKeyDto>('/keys', { name: 'a visitor', ...fields }, MASTER)).body;
  const enter = async ({ page }: Pick<Visitor, 'page'>, key: string) => {
    await page.getByLabel('API key').fill(key);
    await page.getByRole('button', { name: 'Continue' }).click();
  };
  const check = (name: string | RegExp) => visitor.page.getByRole('checkbox', { name }).check();
  const secret = async () => (await visitor.page.locator('.secret code').textContent()) ?? '';

  beforeAll(async () => {
    book = await ServedAddressBook.start({ API_KEY: MASTER, WEBHOOKS_ALLOW_PRIVATE: '127.0.0.0/8' });
    await book.clear();
    await book.save('Anna', 'Ben');
  });

  beforeEach(async () => {
    visitor = await Visitor.arrive(book.service.port);
  });

  afterEach(async () => {
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
    await book.dataSource.query('DELETE FROM api_key');
    await book.dataSource.query('DELETE FROM webhook');
  });

  afterAll(async () => {
    await book.stop();
    await Visitor.closeBrowser();
  });

  async function openAsAdmin(route: string): Promise<void> {
    await visitor.open(route);
    await enter(visitor, MASTER);
  }

  it('creates a key, shows it once, and lists what it may do in words', async () => {
    await openAsAdmin('/keys');
    await visitor.sees('No keys yet.');
    await visitor.click('Create a key', 'link');
    await visitor.click('Create key');
    await visitor.sees('Enter a name of up to 100 characters.');
    await visitor.sees('Select at least one permission.');
    await visitor.page.getByLabel('Name', { exact: true }).fill('CRM');
    await check(/^Export contacts/);
    expect(await visitor.page.getByRole('checkbox', { name: /^View contacts/ }).isChecked()).toBe(true);
    await visitor.page.getByRole('radio', { name: 'Only selected accounts' }).check();
    await visitor.click('Create key');
    await visitor.sees('Select at least one account.');
    await check(/^\+49/);
    await visitor.page.getByLabel('When does it expire?').selectOption('In 30 days');
    await visitor.click('Create key');
    await visitor.sees('The key “CRM” is ready');
    await visitor.sees('Copy the key now. It is not shown again.');
    const key = await secret();
    expect((await book.service.request('/contacts.csv', { key })).status).toBe(200);
    expect((await book.service.request('/webhooks', { key })).status).toBe(403);
    await visitor.click('Done', 'link');
    await visitor.sees('View contacts');
    expect(await visitor.page.locator('.words .tag').allTextContents()).toEqual([
      'View contacts',
      'Export contacts',
    ]);
    expect(await visitor.page.getByText(key).count()).toBe(0);
    const [created] = await listKeys();
    expect(created).toMatchObject({
      name: 'CRM',
      scopes: ['contacts:read', 'contacts:export'],
      sessions: ['default'],
    });
    expect(Date.parse(created?.expires_at ?? '') - Date.now()).toBeGreaterThan(29 * 86_400_000);
  });

  it('revokes a key after a dialog that names it', async () => {
    const { key } = await createKey({ name: 'Old CRM', scopes: ['contacts:read'] });
    await openAsAdmin('/keys');
    await visitor.click('Revoke: Old CRM');
    await visitor.sees('Revoke the key “Old CRM”?');
    expect(await visitor.page.getByRole('dialog').getByRole('listitem').allTextContents()).toEqual([
      'View contacts',
    ]);
    await visitor.page.keyboard.press('Escape');
    await visitor.seesNo('Revoke the key “Old CRM”?');
    expect((await book.service.request('/contacts', { key })).status).toBe(200);
    await visitor.click('Revoke: Old CRM');
    await visitor.click('Revoke');
    await visitor.sees('No keys yet.');
    expect((await book.service.request('/contacts', { key })).status).toBe(401);
  });

  it('shows an error of the service once, and creates nothing', async () => {
    await openAsAdmin('/keys/new');
    await visitor.page.getByLabel('Name', { exact: true }).fill('CRM');
    await check(/^View contacts/);
    await visitor.page.route('**/keys', (route) =>
      route.fulfill({
        status: 503,
        json: { code: 'database_unavailable', message: 'The database is down.' },
      }),
    );
    await visitor.click('Create key');
    await visitor.sees('The database does not respond.');
    expect(await visitor.page.getByText('The database does not respond.').count()).toBe(1);
    expect(await listKeys()).toEqual([]);
  });

  it('invites a colleague in three steps', async () => {
    await openAsAdmin('/keys/colleague');
    await visitor.page.getByRole('radio', { name: /^View and export contacts/ }).check();
    await visitor.click('Continue');
    await visitor.page.getByLabel('Name of your colleague').fill('Maria');
    await visitor.click('Create access');
    await visitor.sees('Access for Maria is ready');
    await visitor.sees('This address works only on this computer.');
    const key = await secret();
    const message = await visitor.page.getByLabel('Message').inputValue();
    expect(message).toContain(`http://127.0.0.1:${book.service.port}/\n`);
    expect(message).toContain(`${key}\n`);
    await visitor.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await visitor.click('Copy message');
    await visitor.sees('Copied');
    expect(await visitor.page.evaluate(() => navigator.clipboard.readText())).toBe(message);
    await visitor.open('/sessions/default/contacts');
    await visitor.click('Sign out');
    await enter(visitor, key);
    await visitor.sees('Anna');
    await visitor.sees('Export');
    expect(await visitor.page.getByRole('link', { name: 'Keys' }).count()).toBe(0);
  });

  it('does not show keys and webhooks to other keys', async () => {
    const { key } = await createKey({ scopes: ['contacts:read', 'session:read'] });
    await visitor.open('/keys');
    await enter(visitor, key);
    await visitor.sees(/This key does not allow this/);
    await visitor.page.getByText('Details').click();
    await visitor.sees('Missing scope: admin');
    expect(await visitor.page.getByRole('navigation').getByRole('link').allTextContents()).toEqual([
      'Accounts',
    ]);
    await visitor.open('/webhooks/new');
    await visitor.sees(/This key does not allow this/);
  });

  it('explains how to use keys while none are in use', async () => {
    const open = await Service.start({ DATABASE_URL: book.database.url, ROLE: 'api' });
    await visitor.leave();
    visitor = await Visitor.arrive(open.port);
    await visitor.open('/keys');
    await visitor.sees('No API keys are in use');
    await visitor.sees('openssl rand -hex 32');
    await open.stop();
  });

  describe('that manages webhooks', () => {
    let receiver: Receiver;

    beforeEach(async () => {
      receiver = await Receiver.start();
    });

    afterEach(() => receiver.stop());

    it('creates, tests, pauses, resumes and deletes a webhook', async () => {
      const { key } = await createKey({ scopes: ['webhooks:manage'], sessions: ['default'] });
      await visitor.open();
      await enter(visitor, key);
      await visitor.sees('No webhooks yet.');
      await visitor.click('Create a webhook', 'link');
      await visitor.page.getByLabel('URL of the receiver').fill('crm.example.com');
      await visitor.click('Create webhook');
      await visitor.sees(/Enter a URL that starts with/);
      await visitor.page.getByLabel('URL of the receiver').fill(receiver.url);
      await visitor.page.getByRole('radio', { name: 'Only selected changes' }).check();
      await check('Contact added');
      await visitor.click('Create webhook');
      await visitor.sees('Copy the secret now. It is not shown again.');
      receiver.secret = await secret();
      await visitor.click('Done', 'link');
      await visitor.sees('Active');
      await visitor.sees('Contact added');
      await visitor.click('Send test');
      await visitor.sees(/The receiver accepted the test: status 204/);
      expect(receiver.requests).toHaveLength(1);
      expect(receiver.forged).toEqual([]);
      await visitor.page.getByText('Recent deliveries').click();
      await visitor.sees(/Accepted \(204\) · Test/);
      await visitor.click('Pause');
      await visitor.sees('Changes are not delivered until you resume.');
      await visitor.click('Resume');
      await visitor.sees('All changes are delivered.');
      await visitor.click('Delete');
      await visitor.sees('Delete this webhook?');
      await visitor.page.getByRole('dialog').getByText(receiver.url).waitFor();
      await visitor.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await visitor.sees('No webhooks yet.');
    });

    it('adds headers and selects fields, and replaces headers and secret', async () => {
      const details = visitor.page.getByText('Details', { exact: true });
      const enterHeader = async (name: string, value: string) => {
        await visitor.page.getByLabel('Name', { exact: true }).fill(name);
        await visitor.page.getByLabel('Value', { exact: true }).fill(value);
      };
      await openAsAdmin('/webhooks/new');
      await visitor.page.getByLabel('URL of the receiver').fill(receiver.url);
      await details.click();
      await visitor.click('Add header');
      await enterHeader('Host', 'example.com');
      await visitor.page.getByRole('radio', { name: 'Only selected fields' }).check();
      await visitor.click('Create webhook');
      await visitor.sees(/The service sets Host/);
      await visitor.sees('Select at least one field.');
      await enterHeader('Authorization', 'Bearer first');
      await check('phone');
      await check('full_name');
      await visitor.click('Create webhook');
      await visitor.sees('The webhook is ready');
      receiver.secret = await secret();
      await visitor.click('Done', 'link');
      await visitor.click('Send test');
      await visitor.sees(/The receiver accepted the test/);
      expect(receiver.requests[0]?.headers.authorization).toBe('Bearer first');

      await details.click();
      await visitor.sees('Authorization');
      await visitor.click('Change headers and fields');
      await visitor.click('Replace headers');
      await enterHeader('X-Team', 'sales');
      await visitor.page.getByRole('radio', { name: 'All fields' }).check();
      await visitor.click('Save');
      await visitor.sees('X-Team');
      await visitor.click('Create a new secret');
      await visitor.sees('Create a new secret?');
      await visitor.page.getByRole('dialog').getByRole('button', { name: 'Create a new secret' }).click();
      await visitor.sees('The new secret is ready');
      await visitor.sees(/The previous secret also signs deliveries until/);
      const former = receiver.secret;
      receiver.secret = await secret();
      expect(receiver.secret).not.toBe(former);
      await visitor.click('Done');
      await visitor.click('Send test');
      await eventually('another test arrives', () => Promise.resolve(receiver.requests.length === 2));
      expect(receiver.requests[1]?.headers).toMatchObject({ 'x-team': 'sales' });
      expect(receiver.requests[1]?.headers).not.toHaveProperty('authorization');
      expect(receiver.forged).toEqual([]);
      const { items } = (await book.service.request<WebhookListDto>('/webhooks', { key: MASTER })).body;
      expect(items).toMatchObject([{ fields: null, header_names: ['X-Team'] }]);
    });

    it('shows why deliveries fail, and when the next attempt is', async () => {
      const { body } = await book.service.post<{ id: string; secret: string }>(
        '/webhooks',
        { url: receiver.url, session: 'default' },
        MASTER,
      );
      receiver.secret = body.secret;
      receiver.answer = () => 500;
      await openAsAdmin('/webhooks');
      await visitor.sees('Active');
      await book.save('Anna', 'Ben', 'Carla');
      await visitor.sees('Retrying');
      await visitor.sees(/Next attempt:/);
      await visitor.page.getByText('Recent deliveries').click();
      await visitor.sees(/Not accepted \(500\)/);
      receiver.answer = () => 410;
      await visitor.click('Send test');
      await visitor.sees('The receiver did not accept the test.');
      await eventually('the receiver ends the webhook', async () => {
        const { items } = (await book.service.request<WebhookListDto>('/webhooks', { key: MASTER })).body;
        return items[0]?.state === 'disabled';
      });
      await visitor.sees('Stopped by the receiver');
    });
  });

  describe('that is remembered on the device', () => {
    const another = async () => {
      const page = await visitor.page.context().newPage();
      await page.goto(visitor.page.url());
      return page;
    };

    it('is used by all tabs, until one of them signs out', async () => {
      await visitor.open('/sessions/default/contacts');
      await check(/^Remember on this device/);
      await enter(visitor, MASTER);
      await visitor.sees('Anna');
      const other = await another();
      await other.getByText('Anna').waitFor();
      await other.getByRole('button', { name: 'Sign out' }).click();
      await other.getByLabel('API key').waitFor();
      await visitor.page.getByLabel('API key').waitFor();
      await visitor.page.reload();
      await visitor.page.getByLabel('API key').waitFor();
      expect(await visitor.page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
    });

    it('signs in tabs that wait for a key', async () => {
      await visitor.open('/sessions/default/contacts');
      const other = await another();
      await other.getByLabel('API key').waitFor();
      await check(/^Remember on this device/);
      await enter(visitor, MASTER);
      await other.getByText('Anna').waitFor();
    });

    it('is not stored if the service rejects it, and otherwise only for the tab', async () => {
      const stored = () => visitor.page.evaluate(() => [localStorage.length, sessionStorage.length] as const);
      await visitor.open('/sessions/default/contacts');
      await check(/^Remember on this device/);
      await enter(visitor, 'wrong');
      await visitor.sees(/This key is not valid/);
      expect(await stored()).toEqual([0, 0]);
      await visitor.page.getByRole('checkbox', { name: /^Remember on this device/ }).uncheck();
      await enter(visitor, MASTER);
      await visitor.sees('Anna');
      expect(await stored()).toEqual([0, 1]);
      const other = await another();
      await other.getByLabel('API key').waitFor();
    });
  });
});
