import { afterEach, describe, expect, it } from '@jest/globals';
import type { ChangePageDto } from '../../src/api/changes/changes.dto.js';
import type { ContactDetailsDto } from '../../src/api/contacts/contact-details.dto.js';
import type { ContactPageDto } from '../../src/api/contacts/contact-list.dto.js';
import type { CreatedKeyDto, KeyListDto } from '../../src/api/keys/keys.dto.js';
import type { SessionDto } from '../../src/api/sessions/session-status.dto.js';
import type {
  CreatedWebhookDto,
  WebhookAttemptListDto,
  WebhookDto,
} from '../../src/api/webhooks/webhooks.dto.js';
import { Receiver } from '../webhooks/receiver.js';
import { API_KEY, HostileWorld, PICTURE, type Surroundings } from './hostile-world.js';

const PUBLIC = ['CREATE EXTENSION pg_trgm', 'CREATE EXTENSION btree_gin'];
const EXTENSIONS = [
  'CREATE EXTENSION pg_trgm SCHEMA extensions',
  'CREATE EXTENSION btree_gin SCHEMA extensions',
];

const SETTINGS: [string, Surroundings][] = [
  [
    'a database with SQL dates, escaped bytes, short numbers, serializable transactions and timeouts',
    {
      statements: [
        'GRANT CREATE ON SCHEMA public TO ROLE',
        'CREATE SCHEMA extensions',
        'GRANT USAGE ON SCHEMA extensions TO ROLE',
        ...EXTENSIONS,
      ],
      database: [
        `DateStyle = 'SQL, DMY'`,
        `TimeZone = 'Asia/Kolkata'`,
        `IntervalStyle = 'sql_standard'`,
        `bytea_output = 'escape'`,
        'extra_float_digits = -15',
        'standard_conforming_strings = off',
        `default_transaction_isolation = 'serializable'`,
        `statement_timeout = '10s'`,
        `lock_timeout = '5s'`,
        `idle_in_transaction_session_timeout = '5s'`,
        `idle_session_timeout = '1s'`,
        `client_min_messages = 'debug1'`,
      ],
    },
  ],
  [
    'a role with German dates, little memory, and another schema first in its search path',
    {
      statements: [
        'CREATE SCHEMA "My Schema" AUTHORIZATION ROLE',
        'CREATE SCHEMA extensions',
        ...EXTENSIONS,
      ].concat('GRANT USAGE ON SCHEMA extensions TO ROLE', 'CREATE TABLE public.session (a int)'),
      role: [
        `DateStyle = 'German'`,
        `TimeZone = 'America/St_Johns'`,
        `IntervalStyle = 'iso_8601'`,
        'extra_float_digits = 0',
        `default_transaction_isolation = 'repeatable read'`,
        'default_transaction_deferrable = on',
        'search_path = nowhere, "My Schema", public',
        `work_mem = '64kB'`,
        'enable_seqscan = off',
        'jit_above_cost = 0',
      ],
    },
  ],
  [
    'a database that other programs use, with DATABASE_SCHEMA',
    {
      statements: [
        'CREATE TABLE session (a int)',
        'CREATE TABLE migration (id serial, timestamp bigint, name text)',
        `INSERT INTO migration (timestamp, name) VALUES (1, 'Users1690000000000')`,
        'CREATE EXTENSION pg_trgm',
        'CREATE EXTENSION btree_gin',
        'CREATE SCHEMA contacts_app AUTHORIZATION ROLE',
      ],
      database: [`DateStyle = 'Postgres, MDY'`, `TimeZone = 'Pacific/Kiritimati'`, `search_path = ''`],
      environment: { DATABASE_SCHEMA: 'contacts_app' },
    },
  ],
];

/** Verifies that times are at most two minutes old. */
function expectRecent(...times: (string | null | undefined)[]): void {
  for (const time of times) {
    const ageMs = Date.now() - Date.parse(time ?? 'missing');
    expect([time, ageMs > -5_000 && ageMs < 120_000]).toEqual([time, true]);
  }
}

describe('a service with unusual database settings', () => {
  let world: HostileWorld | undefined;
  let receiver: Receiver | undefined;

  afterEach(async () => {
    await receiver?.stop();
    await world?.stop();
  });

  it.each(SETTINGS)('works with %s', async (_, surroundings) => {
    world = await HostileWorld.create(surroundings);
    await world.start();
    await link(world);
    receiver = await Receiver.start();
    const webhook = await world.read<CreatedWebhookDto>('/webhooks', {
      method: 'POST',
      json: { url: receiver.url, session: 'default' },
    });
    receiver.secret = webhook.secret;
    await verifyContacts(world);
    await verifyFeed(world);
    await verifyKeys(world);
    await restart(world);
    await world.phone.saveContact({ number: '491701234568', fullName: 'Ben', firstName: 'Ben' });
    await world.readUntil<ContactPageDto>('/contacts?search=ben', ({ items }) => items.length === 1);
    await verifyWebhook(world, webhook, receiver);
    await verifyFeed(world);
    expect((await world.service.get('/readyz')).status).toBe(200);
  });

  it('works after the date style of a running database changes', async () => {
    world = await HostileWorld.create({ statements: ['GRANT CREATE ON SCHEMA public TO ROLE', ...PUBLIC] });
    await world.start();
    const { name } = world.role;
    await world.database.query(`ALTER ROLE ${name} SET DateStyle = 'SQL, DMY'`);
    await world.database.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [
      name,
    ]);
    expectRecent((await world.read<SessionDto>('/session')).since);
    for (const path of ['/sessions', '/keys', '/webhooks']) await world.read(path);
  });
});

async function link(world: HostileWorld): Promise<void> {
  await world.phone.scan(async () => {
    const { qr } = await world.readUntil<SessionDto>('/session', ({ qr }) => qr);
    return qr as string;
  });
  const session = await world.readUntil<SessionDto>(
    '/session',
    ({ status, contacts }) => status === 'open' && contacts.sync === 'complete',
  );
  expectRecent(session.since, session.contacts.checked_at);
}

async function verifyContacts(world: HostileWorld): Promise<void> {
  const path = '/contacts/491701234567';
  const contact = await world.readUntil<ContactDetailsDto>(path, ({ picture, about }) => picture && about);
  expect(contact).toMatchObject({ full_name: 'Anna O’Müller \\', about: { text: "It's \\ a backslash" } });
  expectRecent(contact.updated_at, contact.picture?.updated_at);
  const pictured = await world.service.request(`${path}/picture`, { key: API_KEY });
  expect([pictured.status, Number(pictured.headers.get('content-length'))]).toEqual([200, PICTURE.length]);
  expect(await world.read('/getcontact?phone=491701234567')).toMatchObject({ first_name: 'Anna' });
  const [listed] = (await world.read<ContactPageDto>('/contacts?search=muller&sort=name')).items;
  expectRecent(listed?.updated_at, listed?.picture?.updated_at);
  expect(await world.read<string>('/contacts.csv')).toMatch(/,\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ,/);
  expect(await world.read<string>('/contacts.vcf?photo=true')).toContain('BEGIN:VCARD');
  await world.read(`${path}/keys`);
}

/** Reads the feed change by change: numbers have 16 digits and must not be rounded. */
async function verifyFeed(world: HostileWorld): Promise<void> {
  const all = await world.read<ChangePageDto>('/changes?limit=1000');
  expect(all.items.length).toBeGreaterThan(0);
  const first = all.items[0]?.seq as number;
  expect(all.items.map(({ seq }) => seq)).toEqual(all.items.map((_, at) => first + at));
  expect([all.next, all.latest]).toEqual([all.items.at(-1)?.seq, all.items.at(-1)?.seq]);
  expectRecent(...all.items.map(({ at }) => at));
  const rest = await world.read<ChangePageDto>(`/changes?after=${first}&limit=1`);
  expect(rest.items.map(({ seq }) => seq)).toEqual(all.items.length > 1 ? [first + 1] : []);
}

async function verifyKeys(world: HostileWorld): Promise<void> {
  const request = { name: 'crm', scopes: ['contacts:read'], requests_per_minute: 100 };
  const { key, id } = await world.read<CreatedKeyDto>('/keys', { method: 'POST', json: request });
  await world.read('/getcontacts', { key });
  const { items } = await world.read<KeyListDto>('/keys');
  expectRecent(...items.map(({ created_at: at }) => at));
  await world.read(`/keys/${id}`, { method: 'DELETE' });
}

async function restart(world: HostileWorld): Promise<void> {
  const code = await world.service.stop();
  expect([code, world.service.entries.filter(({ level }) => level === 'fatal')]).toEqual([0, []]);
  await world.start();
  await world.readUntil<SessionDto>('/session', ({ status }) => status === 'open');
}

async function verifyWebhook(world: HostileWorld, { id }: WebhookDto, receiver: Receiver): Promise<void> {
  await world.readUntil<WebhookDto>(`/webhooks/${id}`, ({ behind }) => behind === 0);
  expect(receiver.forged).toEqual([]);
  expect(receiver.taken.map(({ contact }) => contact?.full_name)).toContain('Ben');
  const { items } = await world.read<WebhookAttemptListDto>(`/webhooks/${id}/attempts`);
  expectRecent(...items.map(({ at }) => at));
  const { items: changes } = await world.read<ChangePageDto>('/changes?limit=1000');
  expect(items[0]?.last_seq).toBe(changes.at(-1)?.seq);
}
