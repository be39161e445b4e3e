import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { change, ID } from '../../src/api/openapi/examples.js';
import { rowNumberOf } from '../../src/contacts/contact-id.js';
import type { Address } from '../../src/kernel/identifiers/address.js';
import { MASTER } from '../access/access-world.js';
import { ServedAddressBook } from '../contacts/served-address-book.js';
import { document, errorExampleOf, operationFor } from './document.js';

const ANNA = '491701234567@s.whatsapp.net' as Address;
const UNKNOWN = '/contacts/491709999999';
const MERGED = 'c5f0c9b1d2e3a-1937';
const JSON_TYPE = { 'Content-Type': 'application/json' };

/** They need WhatsApp, an unavailable database, or many callers: other specs provoke them. */
const ELSEWHERE = [
  'account_linked',
  'assertion_refused',
  'database_too_slow',
  'database_unavailable',
  'fetches_off',
  'idempotency_key_reused',
  'idempotency_limited',
  'invalid_assertion',
  'key_limited',
  'no_passkey',
  'not_started',
  'pairing_limited',
  'pairing_refused',
  'passkey_ended',
  'picture_evicted',
  'request_in_progress',
  'session_not_answering',
  'stopping',
  'ticket_invalid',
  'tickets_limited',
  'token_invalid',
  'token_required',
  'too_busy',
  'too_many_at_once',
  'too_many_webhooks',
  'unexpected_error',
  'whatsapp_limited',
  'whatsapp_not_answering',
  'whatsapp_not_ready',
  'wrong_step',
];

/** All operations have the same examples of these. */
const INPUT_ERRORS = ['invalid_request', 'unknown_parameter'];

interface Provocation {
  code: string;
  path: string;
  method?: string;
  /** null: no key; default: the key in API_KEY */
  key?: string | null;
  body?: object;
  headers?: Record<string, string>;
  before?: (book: ServedAddressBook) => Promise<unknown>;
}

const anna = (picture?: 'none' | 'hidden') => (book: ServedAddressBook) =>
  book.apply({
    saved: [{ address: ANNA, fullName: 'Anna Adler', firstName: 'Anna' }],
    pictures: picture ? [{ address: ANNA, state: picture }] : [],
  });
const unlinked = (book: ServedAddressBook) =>
  book.dataSource.query('UPDATE session SET account_id = NULL, is_linked = false');
const PICTURE = '/contacts/491701234567/picture';

const PROVOCATIONS: Provocation[] = [
  { code: 'key_missing', path: '/getcontacts', key: null },
  { code: 'key_invalid', path: '/getcontacts', key: 'wac_nonsense' },
  { code: 'invalid_request', path: '/getcontact?phone=%2B' },
  { code: 'invalid_request', path: '/contacts?limit=%2B&cursor=%2B&search=%2B&sort=%2B&has_phone=%2B' },
  { code: 'invalid_request', path: '/contacts/%2B' },
  { code: 'invalid_request', path: '/sessions', method: 'POST', body: { name: '+' } },
  { code: 'contact_not_found', path: '/getcontact?phone=491709999999' },
  { code: 'contact_not_found', path: UNKNOWN },
  {
    code: 'contact_merged',
    path: `/contacts/${MERGED}`,
    before: async (book) => {
      await anna()(book);
      await book.dataSource.query(`UPDATE account SET contact_id_prefix = $1`, [MERGED.replace(/\d+$/, '')]);
      await book.dataSource.query('UPDATE contact SET id = $1', [rowNumberOf(ID)]);
      await book.dataSource.query(
        `INSERT INTO merged_contact (account_id, id, merged_into) SELECT account_id, $1, id FROM contact`,
        [rowNumberOf(MERGED)],
      );
    },
  },
  { code: 'no_account_linked', path: '/getcontacts', before: unlinked },
  { code: 'invalid_cursor', path: '/contacts?cursor=nonsense' },
  {
    code: 'changes_gone',
    path: `/changes?after=${change.seq - 2_000}`,
    before: (book) =>
      book.dataSource.query('UPDATE account SET feed_start = 7, feed_pruned_to = $1, feed_latest = $2', [
        change.seq - 1_000,
        change.seq,
      ]),
  },
  { code: 'invalid_request', path: '/changes?after=%2B&limit=%2B&wait=%2B&compact=%2B' },
  { code: 'picture_none', path: PICTURE, before: anna('none') },
  { code: 'picture_hidden', path: PICTURE, before: anna('hidden') },
  { code: 'picture_not_fetched', path: PICTURE, before: anna() },
  { code: 'webhook_not_found', path: '/webhooks/wh_0123456789abcdef' },
  { code: 'key_not_found', path: '/keys/0123456789ab' },
  { code: 'session_not_found', path: '/sessions/nosuch/getcontacts' },
  { code: 'session_exists', path: '/sessions', method: 'POST', body: { name: 'default' } },
  { code: 'default_session_stays', path: '/sessions/default', method: 'DELETE' },
  { code: 'no_qr', path: '/session/qr' },
  { code: 'no_pairing_code', path: '/session/pairing-code' },
  { code: 'unknown_parameter', path: '/getcontact?phon=491701234567' },
  { code: 'unknown_parameter', path: '/getcontacts?limit=1' },
  { code: 'unknown_parameter', path: '/keys', method: 'POST', body: { nam: 'crm' } },
  { code: 'route_not_found', path: '/nothing' },
  { code: 'method_not_allowed', path: '/contacts', method: 'DELETE' },
  {
    code: 'body_not_json',
    path: '/keys',
    method: 'POST',
    body: {},
    headers: { 'Content-Type': 'text/plain' },
  },
];

describe('OpenAPI document', () => {
  let book: ServedAddressBook;
  const keys: Record<string, string> = {};

  const send = ({ path, method = 'GET', key = MASTER, body, headers }: Omit<Provocation, 'code'>) =>
    book.service.request<{ code: string; message: string; statusCode: number; key: string }>(path, {
      method,
      redirect: 'manual',
      headers: {
        ...(key !== null && { 'X-API-Key': key }),
        ...(body && JSON_TYPE),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  const exampleOf = (method: string, path: string, status: number, code: string) => {
    const operation = operationFor(method, path);
    return operation && errorExampleOf(operation, { status, code });
  };

  beforeAll(async () => {
    book = await ServedAddressBook.start({ API_KEY: MASTER });
    await send({ path: '/sessions', method: 'POST', body: { name: 'sales' } });
    for (const [name, fields] of Object.entries({
      export: { scopes: ['contacts:export'] },
      sales: { scopes: ['contacts:read'], sessions: ['sales'] },
    })) {
      const { body } = await send({ path: '/keys', method: 'POST', body: { name, ...fields } });
      keys[name] = body.key;
    }
  });

  afterAll(() => book.stop());
  beforeEach(() => book.clear());

  it.each(PROVOCATIONS)('contains the error $code of $path', async ({ before, code, ...request }) => {
    await before?.(book);
    const { status, body } = await send(request);
    expect([body.code, body.statusCode]).toEqual([code, status]);
    const example = exampleOf(request.method ?? 'GET', request.path, status, code);
    // The example is one of several reasons, or that of /getcontact.
    const isOther =
      code === 'no_qr' || (INPUT_ERRORS.includes(code) && !request.path.startsWith('/getcontact?'));
    if (example && !isOther) expect(body).toEqual(example);
  });

  it.each([
    ['scope_missing', 'export'],
    ['session_not_allowed', 'sales'],
  ])('contains the error %s', async (code, key) => {
    const { status, body } = await send({ path: '/getcontacts', key: keys[key] });
    expect(body).toEqual(exampleOf('GET', '/getcontacts', status, code));
  });

  it('contains the error refresh_limited', async () => {
    await anna()(book);
    const refresh = { path: '/contacts/491701234567/refresh', method: 'POST' };
    expect((await send(refresh)).status).toBe(202);
    const { status, body } = await send(refresh);
    const example = exampleOf('POST', refresh.path, status, 'refresh_limited');
    const withoutSeconds = (message = '') => message.replace(/\d+ s/, 'n s');
    expect(withoutSeconds(body.message)).toBe(withoutSeconds(example?.message));
  });

  it('contains no error that these or other specs do not provoke', () => {
    const documented = new Set(
      Object.values(document.paths).flatMap((item) =>
        Object.values(item).flatMap(({ responses }) =>
          Object.values(responses).flatMap(({ content }) =>
            Object.keys(content?.['application/json']?.examples ?? {}),
          ),
        ),
      ),
    );
    const here = [
      ...PROVOCATIONS.map(({ code }) => code),
      'scope_missing',
      'session_not_allowed',
      'refresh_limited',
    ];
    const others = [...here, 'default', 'keys_not_in_use', 'not_acceptable'];
    const elsewhere = [...documented].filter((code) => !others.includes(code));
    expect(elsewhere.sort()).toEqual(ELSEWHERE);
  });
});
