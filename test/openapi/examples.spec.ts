import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { change } from '../../src/api/openapi/examples.js';
import { CONTACT_ID } from '../../src/contacts/contact-id.js';
import type { Jid, Lid } from '../../src/kernel/identifiers/address.js';
import { ServedAddressBook } from '../contacts/served-address-book.js';
import type { Answer } from '../support/service.js';
import { checkedIn, document, exampleOf, type Operation } from './document.js';
import { GeneratedClients } from './generated-clients.js';

const MASTER = 'a-key-for-everything-0123456789';
const ANNA = '491701234567@s.whatsapp.net' as Jid;
const ANNAS_LID = '123456789012345@lid' as Lid;
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const SET_AT = new Date('2026-01-01T10:00:00.000Z');

/** Need a session process and a phone: test/linking and test/connection/session-status.spec.ts execute them. */
const NEED_A_PHONE = [
  'cancelPasskey',
  'confirmPasskey',
  'getPairingCode',
  'getPasskey',
  'getQr',
  'requestPairingCode',
  'submitPasskey',
  'unlinkSession',
];

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
);

/** Never ends: test/feed reads it. */
const ENDLESS = 'streamChanges';

/** Transferred when /api-docs is opened for the first time. */
const MAX_PAGE_BYTES = 600_000;

/** Replaces values that differ between runs. */
function normalise(body: unknown): unknown {
  const text = JSON.stringify(body, (name, value: unknown) => {
    const isOurs = name === 'key' && String(value).startsWith('wac_');
    // The session role fetches the version of WhatsApp Web in the background.
    if (name === 'newest' || name === 'current_at') return 'any version';
    const isRandom = /^(wh_|whsec_|wst_)/.test(String(value));
    const isContactId = name === 'id' && CONTACT_ID.test(String(value));
    return isOurs || isRandom || isContactId || (name === 'id' && /^[0-9a-f]{12}$/.test(String(value)))
      ? 'generated'
      : value;
  });
  return JSON.parse(
    text
      .replace(/20[23]\d-\d\d-\d\dT[\d:.]+Z/g, 'a time')
      .replace(/[0-9a-f]{12} \(|wh_[0-9a-f]{16}/, 'generated ('),
  );
}

describe('OpenAPI document', () => {
  let book: ServedAddressBook;
  const values: Record<string, string> = {};
  let annasId = '';

  /** Sends the request of the example. */
  const execute = (operation: (typeof operations)[number]): Promise<Answer> => {
    const given = (place: Operation['parameters'][number]['in']) =>
      operation.parameters.filter((each) => each.in === place && each.example !== undefined);
    const path = given('path').reduce(
      (text, { name, example }) => text.replace(`{${name}}`, values[name] ?? String(example)),
      operation.path,
    );
    const query = new URLSearchParams(
      given('query').map(({ name, example }): [string, string] => [
        name,
        name === 'ids' ? annasId : String(example),
      ]),
    );
    const body = operation.requestBody?.content['application/json']?.examples?.default?.value;
    return book.service.request(query.size > 0 ? `${path}?${query.toString()}` : path, {
      method: operation.method,
      headers: { 'X-API-Key': MASTER, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  };
  const find = (id: string) =>
    operations.find(({ operationId }) => operationId === id) as (typeof operations)[number];

  beforeAll(async () => {
    book = await ServedAddressBook.start({ API_KEY: MASTER });
    await book.clear();
    // So that the second change has the number of the example.
    await book.dataSource.query('UPDATE account SET feed_start = $1, feed_latest = $1', [change.seq - 2]);
    await book.apply({
      saved: [{ address: ANNA, fullName: 'Anna Adler', firstName: 'Anna' }],
      mappings: [{ jid: ANNA, lid: ANNAS_LID, observedAt: SET_AT }],
      abouts: [{ address: ANNA, text: 'On a boat', setAt: SET_AT }],
      pictures: [{ address: ANNA, state: 'present', id: '1712345678', bytes: PNG }],
      identityKeys: [{ address: ANNA, key: Buffer.alloc(32, 1), seenAt: SET_AT }],
    });
    await book.apply({ pushNames: [{ address: ANNA, name: 'anni', observedAt: SET_AT }] });
    annasId =
      (await book.service.request<{ items: { id: string }[] }>('/contacts', { key: MASTER })).body.items[0]
        ?.id ?? '';
  });

  afterAll(() => book.stop());

  it.each([
    'getContact',
    'getContacts',
    'listChanges',
    'listContacts',
    'indexContacts',
    'getPerson',
    'listIdentityKeys',
    'lookUpContacts',
    'refreshPerson',
    'createSession',
    'createKey',
    'listKeys',
    'isAlive',
    'hasStarted',
    'isReady',
  ])('contains the response of %s as its example', async (id) => {
    const { status, body } = await execute(find(id));
    const example = exampleOf(find(id), status);
    expect(example).toBeDefined();
    expect(normalise(body)).toEqual(normalise(example));
    if (id === 'createKey') values.id = (body as { id: string }).id;
  });

  it.each(['getKey', 'deleteKey'])('contains the response of %s as its example', async (id) => {
    const { body } = await execute(find(id));
    expect(normalise(body)).toEqual(normalise(exampleOf(find(id), 200)));
  });

  it.each([
    'createWebhook',
    'listWebhooks',
    'getWebhook',
    'updateWebhook',
    'resumeWebhook',
    'replayWebhook',
    'rotateWebhookSecret',
  ])('contains the response of %s as its example', async (id) => {
    const { status, body } = await execute(find(id));
    expect(normalise(body)).toEqual(normalise(exampleOf(find(id), status)));
    if (id === 'createWebhook') values.id = (body as { id: string }).id;
  });

  it.each([
    ['exportVcards', 'text/vcard'],
    ['exportCsv', 'text/csv'],
  ])('contains the response of %s as its example', async (id, type) => {
    const withoutPicture = {
      ...find(id),
      parameters: find(id).parameters.filter(({ name }) => name !== 'photo'),
    };
    const { text } = await execute(withoutPicture);
    const when = (lines: unknown) =>
      String(lines)
        .replace(/20\d\d-?\d\d-?\d\dT[\d:]+Z/g, 'a time')
        .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, 'a UUID')
        .replace(/c[0-9a-f]{12}-\d+/, 'an ID');
    expect(when(text)).toBe(when(exampleOf(find(id), 200, type)));
  });

  it('contains working examples of every operation that needs no phone, for every path', async () => {
    const done: string[] = [];
    const destructive = (id: string) => /^(delete|create)/.test(id);
    for (const operation of operations) {
      const id = operation.operationId.replace(/Of(Named)?Session$/, '');
      if (NEED_A_PHONE.includes(id) || destructive(id) || id === 'getKey' || id === ENDLESS) continue;
      const { status } = await execute(operation);
      // The second refresh within a minute is refused.
      expect([operation.operationId, status < 400 || (id === 'refreshPerson' && status === 429)]).toEqual([
        operation.operationId,
        true,
      ]);
      done.push(id);
    }
    expect(done).toContain('getMetrics');
    values.session = 'sales';
    expect(await execute(find('deleteSession'))).toMatchObject({ status: 200 });
    const { body } = await execute(find('deleteWebhook'));
    expect(normalise(body)).toEqual(normalise(exampleOf(find('deleteWebhook'), 200)));
  });

  it('has unique operationIds', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(NEED_A_PHONE));
  });

  it('has one status per error code, except for refusals by WhatsApp', () => {
    const statuses = new Map<string, Set<string>>();
    for (const { responses } of operations) {
      for (const [status, response] of Object.entries(responses)) {
        const { examples = {} } = response.content?.['application/json'] ?? {};
        for (const code of Object.keys(examples).filter((name) => name !== 'default')) {
          statuses.set(code, (statuses.get(code) ?? new Set()).add(status));
        }
      }
    }
    const ambiguous = [...statuses].filter(([, found]) => found.size > 1).map(([code]) => code);
    expect(ambiguous.sort()).toEqual(['no_account_linked', 'no_passkey', 'pairing_refused']);
  });

  it('is the source of working clients by four generators', async () => {
    const clients = await GeneratedClients.generate();
    try {
      expect(await clients.compile()).toBe('');
      const answers = await clients.use(`http://127.0.0.1:${book.service.port}`, MASTER);
      const oazapfts = { names: ['Anna Adler', 'Anna Adler'], code: 'contact_not_found', next: change.seq };
      const client = { ...oazapfts, isPicture: true };
      expect(answers).toEqual({
        openapiFetch: client,
        heyApi: client,
        oazapfts,
        swaggerTypescriptApi: client,
      });
    } finally {
      await clients.delete();
    }
  });

  it('is served as it is checked in, and as a page without foreign scripts', async () => {
    const { body } = await book.service.get('/api-docs.json');
    expect(body).toEqual(checkedIn);
    const page = await book.service.get('/api-docs');
    expect(page.headers.get('content-type')).toMatch(/text\/html/);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(await parts()).toHaveLength(4);
  });

  /** Relative addresses of the scripts, styles and images of the page. */
  const parts = async (): Promise<string[]> => {
    const { text } = await book.service.get('/api-docs');
    return [...text.matchAll(/ (?:src|href)="([^"]+)"/g)].map(([, address = '']) => `/${address}`);
  };

  it.each(['gzip', 'br'])('is compressed with %s, like its page, and is not sent again', async (encoding) => {
    const headers = { 'Accept-Encoding': encoding };
    let bytes = 0;
    for (const path of ['/api-docs', '/api-docs.json', ...(await parts())]) {
      const { status, headers: found } = await book.service.request(path, { headers });
      bytes += Number(found.get('content-length'));
      const isCompressed = path.endsWith('.png') ? null : encoding;
      expect([path, status, found.get('content-encoding')]).toEqual([path, 200, isCompressed]);
      const isVersioned = /\/api-docs\/\d/.test(path);
      expect(found.get('cache-control')).toBe(
        isVersioned ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
      const again = { ...headers, 'If-None-Match': found.get('etag') ?? '' };
      expect((await book.service.request(path, { headers: again })).status).toBe(304);
    }
    expect(bytes).toBeLessThan(MAX_PAGE_BYTES);
  });
});
