import { Agent, request } from 'node:http';
import fc from 'fast-check';
import { count, type Outcomes } from './target.js';

const LANES = 8;
const SHOWN_FAILURES = 5;

interface FuzzedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

const METHODS = [
  'GET',
  'GET',
  'GET',
  'HEAD',
  'POST',
  'DELETE',
  'PUT',
  'PATCH',
  'OPTIONS',
  'PROPFIND',
  'M-SEARCH',
];

/** Random texts for URLs: percent-encoded, or raw bytes that need no encoding. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }).map(encodeURIComponentSafely),
  fc.string({ unit: 'binary-ascii', maxLength: 20 }).map(encodeURIComponentSafely),
  fc.stringMatching(/^[!-~]{0,20}$/).map((raw) => raw.replace(/[#\s]/g, '')),
  fc.constantFrom(
    '',
    '-',
    '_',
    '+',
    '%',
    '%00',
    '%ff',
    '..',
    '__proto__',
    'null',
    '1e9',
    '-1',
    '0',
    'true',
    '491700000001',
    '9'.repeat(400),
  ),
);

function encodeURIComponentSafely(raw: string): string {
  return encodeURIComponent(raw.toWellFormed());
}

const phone = fc.oneof(
  text,
  fc.constantFrom('491700000001', '500000000000001@lid', '@nobody', '491700000001@s.whatsapp.net'),
);
const session = fc.oneof(fc.constantFrom('default', 'default', 'nobody'), text);

/** All routes with random parameters. Sessions are not created, because each would open a connection to WhatsApp. */
const path = fc
  .tuple(
    fc.oneof(
      fc.constant(''),
      fc.constant(''),
      session.map((name) => `/sessions/${name}`),
    ),
    fc.oneof(
      fc.constantFrom(
        '/getcontact',
        '/getcontacts',
        '/contacts',
        '/contacts.vcf',
        '/contacts.csv',
        '/contacts.xlsx',
        '/session',
        '/session/qr',
        '/session/pairing-code',
        '/session/passkey',
        '/session/passkey/confirm',
        '/qr',
        '/pairing-code',
        '/passkey',
        '/keys',
        '/livez',
        '/readyz',
        '/startupz',
        '',
      ),
      fc
        .tuple(phone, fc.constantFrom('', '/keys', '/picture', '/refresh'))
        .map(([who, what]) => `/contacts/${who}${what}`),
      text.map((id) => `/keys/${id}`),
      text.map((any) => `/${any}`),
    ),
  )
  .map(([prefix, route]) => `${prefix}${route}` || '/');

const QUERIES = [
  'phone',
  'limit',
  'cursor',
  'search',
  'sort',
  'has_phone',
  'photo',
  'status',
  'contacts',
  'token',
  'format',
  'phone[]',
  '__proto__[a]',
];

const query = fc
  .array(fc.tuple(fc.constantFrom(...QUERIES), text), { maxLength: 4 })
  .map((pairs) => (pairs.length ? `?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}` : ''));

const body = fc.option(
  fc.oneof(
    fc.json({ maxDepth: 3 }),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.record({ phone: fc.jsonValue() }).map((value) => JSON.stringify(value)),
    fc
      .record({
        name: fc.jsonValue(),
        scopes: fc.jsonValue(),
        sessions: fc.jsonValue(),
        expires_at: fc.jsonValue(),
      })
      .map((value) => JSON.stringify(value)),
    fc.constantFrom('{', '[[[[[[', 'null', '{"__proto__":{"a":1}}', '"', '{"phone":"491700000001"}'),
  ),
);

const headerValue = fc.stringMatching(/^[!-~]{0,30}$/);

/** @param credentials possible values of the Authorization header; null for none */
function requests(credentials: (string | null)[]): fc.Arbitrary<FuzzedRequest> {
  return fc
    .record({
      method: fc.constantFrom(...METHODS),
      path,
      query,
      body,
      type: fc.constantFrom(
        ...Array.from({ length: 10 }, () => 'application/json'),
        'text/plain',
        'application/json; charset=nonsense',
        '',
      ),
      authorization: fc.oneof(fc.constantFrom(...credentials), headerValue),
      more: fc.dictionary(
        fc.constantFrom(
          'accept',
          'accept-encoding',
          'if-none-match',
          'range',
          'x-api-key',
          'cookie',
          'x-forwarded-for',
          'x-forwarded-proto',
          'content-encoding',
        ),
        fc.oneof(headerValue, fc.constantFrom('gzip', 'br;q=1', '*', 'bytes=0-1', 'W/"a"', '127.0.0.1')),
        { maxKeys: 3 },
      ),
    })
    .filter((each) => !(each.method === 'POST' && /^\/?(sessions\/?)$/.test(each.path)))
    .map(({ authorization, type, more, body: sent, query: asked, ...rest }) => ({
      method: rest.method,
      path: rest.path + asked,
      headers: {
        ...more,
        ...(authorization && { authorization }),
        ...(sent !== null && {
          'content-length': String(Buffer.byteLength(sent)),
          ...(type && { 'content-type': type }),
        }),
      },
      body: sent,
    }));
}

/** Random requests to every route, by every method. Node's client refuses to send some; those count as unsent. */
export async function fuzz(
  port: number,
  { times, seed, credentials }: { times: number; seed: number; credentials: (string | null)[] },
): Promise<Outcomes> {
  const outcomes: Outcomes = {};
  const agent = new Agent({ keepAlive: true, maxSockets: LANES });
  const queue = fc.sample(requests(credentials), { numRuns: times, seed });
  let shown = 0;
  const lane = async () => {
    for (let next = queue.pop(); next; next = queue.pop()) {
      const outcome = await send(port, agent, next);
      count(outcomes, outcome);
      if (/^5|cut/.test(outcome) && shown++ < SHOWN_FAILURES) console.log(outcome, JSON.stringify(next));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  agent.destroy();
  return outcomes;
}

function send(
  port: number,
  agent: Agent,
  { method, path: target, headers, body: sent }: FuzzedRequest,
): Promise<string> {
  return new Promise((resolve) => {
    try {
      const sending = request(
        { host: '127.0.0.1', port, agent, method, path: target, headers },
        (response) => {
          response.resume().once('close', () => resolve(String(response.statusCode)));
        },
      );
      sending.once('error', ({ code = 'cut' }: NodeJS.ErrnoException) => resolve(`cut (${code})`));
      sending.end(sent ?? undefined);
    } catch {
      resolve('unsent');
    }
  });
}
