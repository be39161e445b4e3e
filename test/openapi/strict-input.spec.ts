import { request as send } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MASTER } from '../access/access-world.js';
import { ServedAddressBook } from '../contacts/served-address-book.js';
import { document, type Operation } from './document.js';

interface Problem {
  status: number;
  headers: Record<string, string | undefined>;
  code: string;
  message: string;
}

interface Sent {
  method?: string;
  path: string;
  /** Default: none. */
  body?: string;
  key?: string | null;
}

type Documented = Operation & { method: string; path: string };

/** Probes, metrics and the document accept unknown parameters: they do not go through Nest. */
const LENIENT = ['isAlive', 'hasStarted', 'isReady', 'getMetrics', 'getApiDocument'];

const operations: Documented[] = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
);
const strict = operations.filter(({ operationId }) => !LENIENT.includes(operationId));
const paths = [...new Set(operations.map(({ path }) => path))];

const exampleBodyOf = ({ requestBody }: Operation) =>
  requestBody?.content['application/json']?.examples?.default?.value as Record<string, unknown> | undefined;

/** The path with the examples of its parameters, or with `value` in place of the parameter `replaced`. */
function pathOf({ path, parameters }: Documented, replaced?: string, value = ''): string {
  return parameters
    .filter((each) => each.in === 'path')
    .reduce(
      (text, { name, example }) =>
        text.replace(`{${name}}`, name === replaced ? value : encodeURIComponent(String(example))),
      path,
    );
}

/** The same with the examples of required query parameters. */
function urlOf(operation: Documented): string {
  const required = operation.parameters.filter((each) => each.in === 'query' && each.required);
  const query = required.map(({ name, example }) => `${name}=${encodeURIComponent(String(example))}`);
  return query.length > 0 ? `${pathOf(operation)}?${query.join('&')}` : pathOf(operation);
}

/** Matches the URLs of a documented path. */
const patternOf = (path: string) =>
  new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`);

const and = (url: string, query: string) => `${url}${url.includes('?') ? '&' : '?'}${query}`;

describe('the API', () => {
  let book: ServedAddressBook;

  beforeAll(async () => {
    book = await ServedAddressBook.start({ API_KEY: MASTER });
    await book.clear();
    await book.save('Anna');
  });

  afterAll(() => book.stop());

  /** fetch() cannot send TRACE, or GET with a body. */
  const ask = ({ method = 'GET', path, body, key = MASTER }: Sent) =>
    new Promise<Problem>((resolve, reject) => {
      const headers = {
        ...(key !== null && { 'x-api-key': key }),
        ...(body !== undefined && {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
        }),
      };
      const request = send({ port: book.service.port, method, path, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => {
          const isJson = String(response.headers['content-type']).includes('json');
          const { code = '', message = '' } = (isJson && text ? JSON.parse(text) : {}) as Partial<Problem>;
          const status = response.statusCode ?? 0;
          resolve({ status, headers: response.headers as Problem['headers'], code, message });
        });
      });
      request.on('error', reject).end(body);
    });

  it.each(strict.map((operation) => [operation.operationId, operation] as const))(
    '%s rejects unknown query parameters and fields',
    async (_, operation) => {
      const { method } = operation;
      const body = exampleBodyOf(operation);
      const answers = [
        await ask({
          method,
          path: and(urlOf(operation), 'nosuch=1'),
          ...(body && { body: JSON.stringify(body) }),
        }),
        await ask({ method, path: and(urlOf(operation), '__proto__=1') }),
        await ask({ method, path: urlOf(operation), body: JSON.stringify({ ...body, nosuch: 1 }) }),
      ];
      for (const { status, code, message } of answers)
        expect([status, code, message]).toEqual([
          400,
          'unknown_parameter',
          expect.stringMatching(/^Unknown (parameter|field) "(nosuch|__proto__)"/),
        ]);
    },
  );

  it.each(operations.filter(({ operationId }) => LENIENT.includes(operationId)).map(({ path }) => path))(
    'ignores unknown query parameters of %s',
    async (path) => {
      expect((await ask({ path: `${path}?nosuch=1` })).status).toBe(200);
    },
  );

  it('suggests the closest name', async () => {
    expect((await ask({ path: '/contacts?limt=1' })).message).toBe(
      'Unknown parameter "limt": did you mean limit? Valid: cursor, sort, search, has_phone, saved, is_business, ' +
        'updated_since, ids, fields, limit.',
    );
    const key = { name: 'typo', scopes: ['contacts:read'], expires: '2030-01-01T00:00:00Z' };
    const { message } = await ask({ method: 'POST', path: '/keys', body: JSON.stringify(key) });
    expect(message).toMatch(/^Unknown field "expires": did you mean expires_at\? Valid: name, scopes, /);
  });

  it('documents that bodies are closed', () => {
    const schemas = (document as unknown as { components: { schemas: Record<string, object> } }).components
      .schemas;
    const closed = Object.keys(schemas).filter((name) => name.endsWith('Request'));
    expect(closed).not.toEqual([]);
    for (const name of closed) expect(schemas[name]).toMatchObject({ additionalProperties: false });
  });

  it.each(strict.map((operation) => [operation.operationId, operation] as const))(
    '%s rejects texts that Postgres cannot store',
    async (_, operation) => {
      const { method, parameters } = operation;
      const body = exampleBodyOf(operation);
      const answers: Problem[] = [];
      for (const bad of ['%00', 'a%00b', '%ED%A0%80', '%ff']) {
        for (const { name } of parameters.filter((each) => each.in === 'path'))
          answers.push(await ask({ method, path: pathOf(operation, name, bad) }));
        for (const { name } of parameters.filter((each) => each.in === 'query'))
          answers.push(await ask({ method, path: `${pathOf(operation)}?${name}=${bad}` }));
      }
      for (const name of Object.keys(body ?? {})) {
        for (const bad of ['a\\u0000', '\\ud800'])
          for (const value of [`"${bad}"`, `["${bad}"]`, `{"${bad}":1}`])
            answers.push(
              await ask({
                method,
                path: urlOf(operation),
                body: JSON.stringify({ ...body, [name]: 0 }).replace(`"${name}":0`, `"${name}":${value}`),
              }),
            );
      }
      const rejected = answers.map(({ status, code }) => `${status} ${code}`);
      expect(new Set([...rejected, '400 invalid_request'])).toEqual(new Set(['400 invalid_request']));
    },
  );

  it.each(paths)('%s returns 405 with Allow for other methods', async (path) => {
    const url = pathOf(operations.find((operation) => operation.path === path)!);
    // A path with a parameter may have the same URL: a contact can be called `lookup`.
    const here = operations.filter((operation) => patternOf(operation.path).test(url));
    const methods = new Set(here.map(({ method }) => method));
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND']) {
      if (methods.has(method)) continue;
      const { status, code, headers } = await ask({ method, path: url, key: null });
      expect([method, status, code]).toEqual([method, 405, 'method_not_allowed']);
      expect(headers.allow?.split(', ')).toEqual(expect.arrayContaining([...methods]));
      expect(headers.allow).not.toContain(method);
    }
    const { status, headers } = await ask({ method: 'OPTIONS', path: url, key: null });
    if (status !== 405) expect(status).toBe(204);
    if (!url.endsWith('passkey') && !url.endsWith('confirm'))
      expect(headers.allow?.split(', ')).toEqual(expect.arrayContaining([...methods]));
  });

  it.each(['/', '/mcp', '/api-docs'])('%s returns 405 with Allow for TRACE', async (path) => {
    const { status, headers } = await ask({ method: 'TRACE', path });
    expect([status, headers.allow]).toEqual([405, expect.stringContaining(path === '/mcp' ? 'POST' : 'GET')]);
  });

  it('accepts only POST for MCP', async () => {
    for (const method of ['GET', 'DELETE', 'PUT'])
      expect((await ask({ method, path: '/mcp' })).status).toBe(405);
  });

  it.each(['GET', 'POST', 'TRACE', 'OPTIONS'])('returns 404 for %s of unknown paths', async (method) => {
    for (const path of ['/nothing', '/session/nothing', '/contacts/491700000010/nothing', '/livez/x'])
      expect(await ask({ method, path })).toMatchObject({ status: 404, code: 'route_not_found' });
  });

  it.each(['[', '{"a":', '{"token":"x","assertion":{"response":'])(
    'rejects JSON that is nested with %s, without an entry in the log',
    async (open) => {
      const logged = book.service.output.length;
      const times = Math.floor(60_000 / (open.length + 1));
      const close = open.startsWith('[') ? ']' : '}'.repeat(open.split('{').length - 1);
      for (const body of [
        `${open.repeat(times)}1${close.repeat(times)}`.slice(0, 65_000),
        open.repeat(times),
      ])
        for (const path of ['/keys', '/session/passkey', '/webhooks', '/mcp'])
          for (const key of [MASTER, null])
            expect(await ask({ method: 'POST', path, body, key })).toMatchObject({ status: 400 });
      expect(book.service.output.slice(logged)).not.toMatch(/"stack"|"level":"error"/);
    },
  );

  it('explains malformed and large bodies', async () => {
    const post = (body: string) => ask({ method: 'POST', path: '/sessions', body });
    expect(await post('{"name": "sales"\n "proxy": null}')).toMatchObject({
      status: 400,
      code: 'invalid_request',
      message: expect.stringMatching(
        /^The body is not valid JSON: .*line 2 column 2\)\. Send an object, for example \{"name": "sales"\}\.$/,
      ),
    });
    expect((await post('{"name": ')).message).toMatch(
      /^The body is not valid JSON: Unexpected end of JSON input/,
    );
    expect((await post('[1]')).message).toMatch(/^The body is an array\. Send an object/);
    expect(await post(`{"name": "${'x'.repeat(70_000)}"}`)).toMatchObject({
      status: 413,
      code: 'body_too_large',
      message: expect.stringContaining('65536 bytes'),
    });
  });
});
