import { randomBytes } from 'node:crypto';
import autocannon from 'autocannon';
import pg from 'pg';
import { seedContacts } from '../../bench/seed.js';
import { openScratchDatabase } from '../support/scratch-database.js';
import { Service } from '../support/service.js';
import { WhatsAppServer } from '../whatsapp-server/whatsapp-server.js';
import { refused } from './callers.js';
import { fuzz } from './fuzz.js';
import { hugeBodies, longHeads, pipelined, type Rude, slowReaders, trickle, tricks } from './rude-clients.js';
import { type Outcomes, Target } from './target.js';

/**
 * `npm run test:attack [-- contacts] [seed]`: attacks a process with ROLE=api and 200,000 contacts, with valid keys, with
 * keys that lack rights, and without keys. The exit code is 0 only if no status is 500 or higher, the process does not
 * crash, memory stays below 256 MB, and /livez responds within 1 s and /getcontact within 100 ms (p99) throughout. Takes
 * four minutes.
 */
const CONTACTS = Number(process.argv[2] ?? 200_000);
const SEED = Number(process.argv[3] ?? Date.now() % 1_000_000);
const FUZZED = 20_000;
const LOOKUP = '/getcontact?phone=491700000001';

const API_KEY = randomBytes(24).toString('hex');
const database = await openScratchDatabase();
const server = await WhatsAppServer.start();
server.linking.neverRefresh();
const locked = await Target.start({ DATABASE_URL: database.url, API_KEY }, LOOKUP);
const open = await Target.start({ DATABASE_URL: database.url }, LOOKUP);
// Pairing codes need a session process.
const session = await Service.start({
  ...server.environment(),
  DATABASE_URL: database.url,
  ROLE: 'session',
  LOG_LEVEL: 'warn',
});
await seedContacts(database.url, CONTACTS);
const admin = new pg.Client(database.url);
await admin.connect();
await admin.query('UPDATE session SET is_linked = false');

async function createKey(fields: Record<string, unknown>): Promise<string> {
  const { body, text } = await locked.service.post<{ key?: string }>(
    '/keys',
    { name: 'attack', ...fields },
    API_KEY,
  );
  if (!body.key) throw new Error(text);
  return body.key;
}

const reader = await createKey({ scopes: ['contacts:read', 'contacts:export'] });
const other = await createKey({ scopes: ['contacts:read', 'contacts:export'] });
const status = await createKey({ scopes: ['session:read'] });
await locked.service.post('/sessions', { name: 'other' }, API_KEY);
const ofOther = await createKey({ scopes: ['contacts:read'], sessions: ['other'] });
const expired = await createKey({ scopes: ['contacts:read'] });
await admin.query(`UPDATE api_key SET expires_at = now() - interval '1 s' WHERE id = $1`, [
  expired.split('_')[1],
]);

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const line = (key: string) => `Authorization: Bearer ${key}\r\n`;

await locked.during('no key, wrong key, expired key, missing scope, key of another session', () =>
  refused(locked.port, [
    { what: 'no key', path: LOOKUP, expected: 401 },
    { what: 'a wrong key', path: LOOKUP, headers: bearer('wrong'), expected: 401 },
    {
      what: 'a key of the right form',
      path: LOOKUP,
      headers: bearer(`${reader.slice(0, -1)}!`),
      expected: 401,
    },
    { what: 'an expired key', path: LOOKUP, headers: bearer(expired), expected: 401 },
    { what: 'a missing scope', path: '/session', headers: bearer(reader), expected: 403 },
    {
      what: 'a missing scope to unlink',
      method: 'DELETE',
      path: '/session',
      headers: bearer(status),
      expected: 403,
    },
    { what: 'a missing scope to export', path: '/contacts.csv', headers: bearer(ofOther), expected: 403 },
    { what: 'the key of another session', path: LOOKUP, headers: bearer(ofOther), expected: 403 },
    { what: 'no key for keys', path: '/keys', expected: 401 },
    { what: 'a lesser key for keys', path: '/keys', headers: bearer(reader), expected: 403 },
  ]),
);

const evil = { host: 'evil.example' };
await open.during('pages of others: DNS rebinding, forms and scripts', () =>
  refused(open.port, [
    { what: 'a name that points here', path: '/getcontacts', headers: evil, expected: 403 },
    {
      what: 'unlinking by a page',
      method: 'DELETE',
      path: '/session',
      headers: { origin: 'https://evil.example' },
      expected: 403,
    },
    {
      what: 'a form',
      method: 'POST',
      path: '/session/pairing-code',
      headers: { 'sec-fetch-site': 'cross-site', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'phone=491700000001',
      expected: 403,
    },
    {
      what: 'a form of an old browser',
      method: 'POST',
      path: '/session/pairing-code',
      headers: { 'content-type': 'text/plain' },
      body: '{"phone":"491700000001"}',
      expected: 415,
    },
  ]),
);

const attacks: [string, (rude: Rude, others: string) => Promise<Outcomes>][] = [
  ['heads of 10,000 and 100,000 bytes', longHeads],
  ['bodies of 100 MB', hugeBodies],
  ['100 heads, a byte a second', (rude) => trickle(rude, 'head')],
  ['100 bodies, a byte a second', (rude) => trickle(rude, 'body')],
  [
    '4 readers of the list who stall, 2 others',
    (rude, headers) => slowReaders(rude, '/getcontacts', 4, { headers, readers: 2 }),
  ],
  [
    '500 readers of the list who stall, 2 others',
    (rude, headers) => slowReaders(rude, '/getcontacts', 500, { headers, readers: 2 }),
  ],
  [
    '500 readers of pages who stall, 2 others',
    (rude, headers) => slowReaders(rude, '/contacts?limit=1000', 500, { headers, readers: 2 }),
  ],
  ['100 clients with 50 pipelined pages each', (rude) => pipelined(rude, '/contacts?limit=1000', 100, 50)],
  ['10 clients with 10,000 pipelined look-ups each', (rude) => pipelined(rude, LOOKUP, 10, 10_000)],
  ['paths and requests with tricks', tricks],
];
for (const [name, attack] of attacks) {
  await locked.during(name, () => attack({ port: locked.port, headers: line(reader) }, line(other)));
}
for (const [path, key, connections] of [
  ['/session', status, 120],
  ['/contacts?search=-', reader, 120],
  ['/contacts?search=person&limit=1000', reader, 120],
  ['/contacts.vcf', reader, 2],
] as const) {
  await locked.during(`${connections} clients of GET ${path} for 10 s`, async () => {
    const url = `http://127.0.0.1:${locked.port}${path}`;
    const result = await autocannon({
      url,
      connections,
      duration: 10,
      headers: bearer(key),
      timeout: 30,
    });
    return {
      ...Object.fromEntries(
        Object.entries(result.statusCodeStats ?? {}).map(([code, { count }]) => [code, count ?? 0]),
      ),
      ...(result.errors && { errors: result.errors }),
    };
  });
}
const keys = [null, API_KEY, reader, status, ofOther, expired].map((key) => key && `Bearer ${key}`);
await locked.during(`${FUZZED} random requests, with and without keys (seed ${SEED})`, () =>
  fuzz(locked.port, { times: FUZZED, seed: SEED, credentials: keys }),
);
await open.during(`${FUZZED} random requests where no keys are in use`, () =>
  fuzz(open.port, { times: FUZZED, seed: SEED + 1, credentials: [null] }),
);

const rows = [...locked.rows, ...open.rows];
for (const { service } of [locked, open])
  console.log(
    service.output
      .split('\n')
      .filter((text) => text.includes('Handling request failed'))
      .slice(0, 5)
      .join('\n'),
  );
const problems = rows.flatMap((row) => row.problems.map((problem) => `${row.attack}: ${problem}`));
console.log(problems.length ? `\nViolations:\n${problems.join('\n')}` : '\nNo violations.');
await locked.stop();
await open.stop();
await session.stop();
await admin.end();
await server.stop();
await database.close();
process.exit(problems.length ? 1 : 0);
