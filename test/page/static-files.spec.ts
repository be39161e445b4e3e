import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Service } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' blob:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
  'require-trusted-types-for': "'script'",
  'trusted-types': "'none'",
};

describe('the web page', () => {
  let database: TestDatabase;
  let service: Service;
  let asset: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await Service.start({
      DATABASE_URL: database.url,
      ROLE: 'api',
      API_KEY: 'a-key-for-everything',
    });
    [, asset = ''] = /src="\.(\/assets\/[^"]+\.js)"/.exec(await (await get('/')).text()) ?? [];
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`http://127.0.0.1:${service.port}${path}`, { headers, method });

  it.each(['/', '/?from=somewhere'])(
    'is served at %s without a key, with a strict content security policy',
    async (path) => {
      const response = await get(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/html;charset=utf-8');
      expect(response.headers.get('cache-control')).toBe('no-cache');
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(
        Object.fromEntries(policy.split(';').map((each) => each.trim().split(/ (.*)/).slice(0, 2))),
      ).toEqual(POLICY);
      expect(response.headers.get('x-frame-options')).toBe('DENY');
      expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    },
  );

  it('contains no inline code', async () => {
    const text = await (await get('/')).text();
    expect(text).not.toMatch(/<style|style=|\son\w+=|javascript:/);
    expect(text.match(/<script[^>]*>[^<]/g)).toBeNull();
  });

  it('lets browsers cache all files except the first one', async () => {
    const response = await get(asset);
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const first = await get('/');
    const again = await get('/', { 'if-none-match': first.headers.get('etag') ?? '' });
    expect(again.status).toBe(304);
  });

  it.each(['br', 'gzip'])('serves precompressed files with %s', async (encoding) => {
    const response = await get(asset, { 'accept-encoding': encoding });
    expect(response.headers.get('content-encoding')).toBe(encoding);
    const plain = await get(asset, { 'accept-encoding': 'identity' });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(await response.text()).toBe(await plain.text());
  });

  it('returns the size of files for HEAD requests', async () => {
    const response = await get('/', {}, 'HEAD');
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it.each([
    '/assets/nothing.js',
    '/assets/',
    '/assets/..%2f..%2fmain.js',
    '/assets/../.vite/manifest.json',
    '/licenses.md',
  ])('does not serve %s', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'route_not_found' });
  });

  it('forwards other paths to the API', async () => {
    expect((await get('/session')).status).toBe(401);
  });

  it('ignores the query, and supports only GET and HEAD', async () => {
    expect((await get('/?cache=1')).status).toBe(200);
    expect((await get(`${asset}?cache=1`)).status).toBe(200);
    const response = await get('/', {}, 'POST');
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});
