import { MASTER } from '../access/access-world.js';
import { requestCode, requirePasskey } from '../linking/link-world.js';
import { eventually, Service } from '../support/service.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { World } from '../support/world.js';
import type { Visitor } from './visitor.js';

/** A view of the page, with the current state of the services. */
export interface View {
  name: string;
  port: number;
  route: string;
  /** To be entered first. */
  key?: string;
  /** Text that is visible when the view is ready. */
  sees: string | RegExp;
  /** Actions of the user before the view is checked. */
  act?: (visitor: Visitor) => Promise<void>;
}

const FIRST_SYNC_PEOPLE = 20_000;
/** A receiver that does not run. */
const WEBHOOK = 'http://127.0.0.1:9/contacts';
const CONTACTS = '/sessions/default/contacts';

const PEOPLE = [
  ['491701234567', 'Anna Müller', 'Anna', 'Anna 🌻', 'On a boat ⛵'],
  ['491709876543', 'Bruno Keller', 'Bruno', 'bruno', 'Only calls, please'],
  ['5511987654321', 'João da Conceição', 'João', 'Joãozinho', 'Deus é fiel 🙏'],
  ['5521987650000', 'Camila Oliveira', 'Camila', 'Cami ✨', 'Disponível'],
  ['525512345678', 'Diego Hernández', 'Diego', 'Diego H.', 'Hey there!'],
  ['819012345678', '山田 花子', '花子', 'はなこ', ''],
  ['201001234567', 'ليلى حسن', 'ليلى', 'Layla', 'الحمد لله'],
  ['972501234567', 'נועה לוי', 'נועה', 'Noa', ''],
  ['447700900123', 'Dr. Robert “Bob” O’Neill', 'Bob', 'Bob', 'At work'],
  ['33612345678', 'Chloé Dubois', 'Chloé', 'chloé', 'Busy'],
  ['34612345678', 'Lucía García', 'Lucía', 'Lu', 'En el trabajo'],
  ['40721234567', 'Ionuț Popescu', 'Ionuț', 'Ionuț', ''],
] as const;
const BUSINESSES = [
  ['13105550123', 'Pizza Palace', 'Pizza Palace Inc.'],
  ['551133334444', 'Padaria do Zé', 'Padaria do Zé Ltda'],
] as const;

/** Leads through every view: each is shown before the next one is made. */
export async function tour(show: (view: View) => Promise<void>): Promise<void> {
  const world = await World.create({ DOWNLOADS_START_AFTER_MINUTES: '0', LOG_LEVEL: 'warn' });
  const closers: (() => Promise<unknown>)[] = [() => world.stop()];
  const { phone, server, database } = world;
  try {
    for (const [number, , , pushName, about] of PEOPLE) server.createContact({ number, pushName, about });
    for (const [number, , verifiedName] of BUSINESSES) server.createContact({ number, verifiedName });
    await phone.saveContacts(
      [...PEOPLE, ...BUSINESSES.map(([number, fullName]) => [number, fullName, undefined] as const)].map(
        ([number, fullName, firstName]) => ({ number, fullName, firstName }),
      ),
    );
    await world.startService();
    const { port } = world.service;
    const at = (name: string, route: string, sees: View['sees'], more: Partial<View> = {}) =>
      show({ name, port, route, sees, ...more });

    await world.service.qr();
    await at('nothing-linked', '/sessions/default', /seconds left/);
    await requestCode(world);
    await at('linking', '/sessions/default', 'Code to enter on the phone');
    requirePasskey(world);
    phone.scan(() => world.service.qr()).catch(() => {});
    await world.stateThat(({ passkey }) => passkey !== null);
    await at('passkey', '/sessions/default', 'Confirm with the passkey');
    phone.passkey = undefined;
    await world.service.request('/session/passkey', { method: 'DELETE' });

    await phone.scan(() => world.service.qr());
    await world.stateThat(({ status, contacts }) => status === 'open' && contacts.sync === 'complete');
    const anna = [...server.directory.contacts].find(({ number }) => number === PEOPLE[0][0]);
    await refresh(world, PEOPLE[0][0]);
    await anna?.changeIdentity();
    await eventually('the keys of Anna are known', async () => {
      const { body } = await world.service.get<{ keys: unknown[] }>(`/contacts/${PEOPLE[0][0]}/keys`);
      return body.keys.length > 1;
    });
    await Promise.all(BUSINESSES.map(([number]) => refresh(world, number)));
    await at('overview', '/sessions/default', 'Everything is up to date');
    await at('contacts', CONTACTS, 'Anna Müller');
    await at('contact', `${CONTACTS}/${PEOPLE[0][0]}`, /Security event/);
    await at('contact-details', `${CONTACTS}/${PEOPLE[0][0]}`, 'Contact ID', {
      act: (visitor) => visitor.page.getByText('Details', { exact: true }).click(),
    });
    await at('search', `${CONTACTS}?q=o`, /found/);
    await at('select', CONTACTS, /Export 3 contacts as/, {
      act: async (visitor) => {
        await visitor.click('Select');
        const rows = visitor.page.locator('.list .row');
        await rows.nth(0).click();
        await rows.nth(2).click({ modifiers: ['Shift'] });
        await visitor.page.getByText('Export selection').click();
      },
    });
    await at('nobody-found', `${CONTACTS}?q=nobody`, 'No contacts found');
    await at('unlink', '/sessions/default', 'Unlink this account?', {
      act: (visitor) => visitor.click('Unlink the account'),
    });

    await server.goDown();
    await world.stateThat(({ status }) => status === 'disconnected');
    await at('disconnected', '/sessions/default', 'Not connected');
    await at('disconnected-contacts', CONTACTS, /Not connected to WhatsApp/);
    await server.comeBack();

    const sync = await world.beside('sales', '551199990000');
    await sync.phone.saveContacts(
      Array.from({ length: FIRST_SYNC_PEOPLE }, (_, i) => ({
        number: String(5511910000000 + i),
        fullName: `Cliente ${i + 1}`,
      })),
    );
    // The address book is read at once, and the history awaited.
    Object.assign(sync.phone.history, { send: true, delayMs: 600_000 });
    await sync.phone.scan(async () => (await sync.stateThat(({ qr }) => qr !== null)).qr ?? '');
    await sync.stateThat(({ contacts }) => contacts.count === FIRST_SYNC_PEOPLE);
    await at('search-all', '/search?q=o', /found/);
    await at('first-sync', '/sessions/sales', /20,000 contacts so far/);

    server.faults.appState.arm('lt-hash', {
      times: Infinity,
      when: ({ part, collection }) => part === 'snapshot' && collection === 'critical_unblock_low',
    });
    const degraded = await world.beside('support', '5215512345678');
    degraded.phone.inbox.answers = false;
    await degraded.phone.saveContact({ number: '5215500000001', fullName: 'Marta' });
    await degraded.phone.scan(async () => (await degraded.stateThat(({ qr }) => qr !== null)).qr ?? '');
    await degraded.stateThat((state) => state.degraded.length > 0);
    await at('degraded', '/sessions/support', 'Problems');
    await at('sessions', '/sessions', 'one problem');
    await at('add-session', '/sessions', 'Add an account', {
      act: (visitor) => visitor.click('Add account'),
    });
    await at('remove-account', '/sessions', /Remove the account/, {
      act: (visitor) => visitor.click(/^Remove: /),
    });

    phone.unlink();
    await world.stateThat(({ status, qr }) => status === 'linking' && qr !== null);
    await at('logged-out', '/sessions/default', 'The phone unlinked this device.');

    const { proxy, url } = await TcpProxy.beforeDatabase(database.url);
    const behind = await Service.start({ DATABASE_URL: url, ROLE: 'api', LOG_LEVEL: 'silent' });
    closers.unshift(
      () => behind.stop(),
      () => proxy.stop(),
    );
    await at('database-down', '/sessions/sales', 'The database does not respond.', {
      port: behind.port,
      act: async (visitor) => {
        await visitor.sees('Connected');
        await proxy.goDown();
        await visitor.sees('The database does not respond.');
        // The next visitor finds it as this one did.
        await proxy.comeBack();
      },
    });

    await at('keys-not-in-use', '/keys', 'No API keys are in use');

    const locked = await Service.start({
      DATABASE_URL: database.url,
      ROLE: 'api',
      API_KEY: MASTER,
      WEBHOOKS_ALLOW_PRIVATE: '127.0.0.0/8',
      LOG_LEVEL: 'silent',
    });
    closers.unshift(() => locked.stop());
    await at('key-missing', '/', 'Enter your API key', { port: locked.port });
    await at('key-without-scope', '/', 'This key does not have access', {
      port: locked.port,
      key: await createKey(locked, ['metrics:read']),
    });
    await showSettings(locked, (name, route, sees, more = {}) =>
      at(name, route, sees, { port: locked.port, key: MASTER, ...more }),
    );
  } finally {
    for (const close of closers) await close();
  }
}

/** Keys and webhooks, each with one in the list. */
async function showSettings(
  service: Service,
  show: (name: string, route: string, sees: View['sees'], more?: Partial<View>) => Promise<void>,
): Promise<void> {
  await createKey(service, ['contacts:read', 'contacts:export']);
  await show('keys', '/keys', 'Export contacts');
  await show('revoke-key', '/keys', 'Revoke the key “a visitor”?', {
    act: (visitor) => visitor.click('Revoke: a visitor'),
  });
  await show('new-key', '/keys/new', 'What can the key do?');
  await show('colleague', '/keys/colleague', 'Copy message', {
    act: async (visitor) => {
      await visitor.click('Continue');
      await visitor.page.getByLabel('Name of your colleague').fill('Maria');
      await visitor.click('Create access');
    },
  });
  const { body } = await service.post<{ id: string }>(
    '/webhooks',
    { url: WEBHOOK, session: 'sales' },
    MASTER,
  );
  await service.post(`/webhooks/${body.id}/test`, {}, MASTER);
  await show('webhooks', '/webhooks', 'No response', {
    act: (visitor) => visitor.page.getByText('Recent deliveries').click(),
  });
  await show('webhook-headers', '/webhooks', 'Which fields of contacts?', {
    act: async (visitor) => {
      await visitor.page.getByText('Details', { exact: true }).click();
      await visitor.click('Change headers and fields');
      await visitor.click('Add header');
      await visitor.page.getByRole('radio', { name: 'Only selected fields' }).check();
    },
  });
  await show('webhook-secret', '/webhooks', 'Create a new secret?', {
    act: async (visitor) => {
      await visitor.page.getByText('Details', { exact: true }).click();
      await visitor.click('Create a new secret');
    },
  });
  await show('new-webhook', '/webhooks/new', 'Contact added', {
    act: async (visitor) => {
      await visitor.page.getByRole('radio', { name: 'Only selected changes' }).check();
      await visitor.page.getByText('Details', { exact: true }).click();
      await visitor.click('Add header');
    },
  });
}

async function refresh(world: World, number: string): Promise<void> {
  await world.service.request(`/contacts/${number}/refresh`, { method: 'POST' });
  await eventually(`${number} is fetched`, async () => {
    const { body } = await world.service.get<{ identity_key: unknown }>(`/contacts/${number}`);
    return body.identity_key !== null;
  });
}

async function createKey(service: Service, scopes: string[]): Promise<string> {
  const { body } = await service.post<{ key: string }>('/keys', { name: 'a visitor', scopes }, MASTER);
  return body.key;
}

/** Goes where the view is, and waits until it is there. */
export async function lookAt(visitor: Visitor, { route, key, sees, act }: View): Promise<void> {
  await visitor.open(route);
  if (key !== undefined) {
    await visitor.page.getByLabel('API key').fill(key);
    await visitor.click('Continue');
  }
  await act?.(visitor);
  await visitor.sees(sees);
}
