import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Service } from '../support/service.js';
import { World } from '../support/world.js';

/** Like fetch, but with any headers. */
function send(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string>,
  body = '',
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on('error', reject).end(body);
  });
}

describe('the API without keys', () => {
  let world: World;
  const ask = (method: string, path: string, headers: Record<string, string> = {}, body = '') =>
    send(world.service.port, method, path, headers, body);

  beforeAll(async () => {
    world = await World.create({ ALLOWED_HOSTS: 'contacts.example.com', PAIRING_CODES_PER_10_MINUTES: '3' });
    await world.startService();
    await world.service.qr();
  });

  afterAll(() => world.stop());

  it.each([
    'localhost',
    '127.0.0.1:8888',
    '[::1]:8888',
    '10.0.0.7',
    'whatsapp-contacts:8888',
    'contacts.example.com',
  ])('answers under the host name %s', async (host) => {
    expect((await ask('GET', '/session', { host })).status).toBe(200);
  });

  it.each(['rebound.example.com', 'localhost.example.com:8888', '127.0.0.1.example.com', 'evil#.localhost'])(
    'does not answer under the host name %j',
    async (host) => {
      const { status, text } = await ask('GET', '/session', { host });
      expect([status, text]).toEqual([403, expect.stringContaining('ALLOWED_HOSTS')]);
    },
  );

  it.each([
    [{ origin: 'https://evil.example.com' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' }],
  ])('rejects requests of other websites with %j', async (headers) => {
    for (const [method, path] of [
      ['DELETE', '/session'],
      ['DELETE', '/session/passkey'],
      ['POST', '/session/pairing-code'],
      ['POST', '/sessions'],
    ] as const) {
      const { status, text } = await ask(method, path, headers);
      expect([status, text]).toEqual([403, expect.stringContaining('other sites')]);
    }
  });

  it('accepts only JSON bodies', async () => {
    for (const type of [
      'application/x-www-form-urlencoded',
      'text/plain',
      'multipart/form-data; boundary=x',
    ]) {
      const headers = { 'content-type': type, 'content-length': '18' };
      const { status, text } = await ask('POST', '/session/pairing-code', headers, 'phone=491701234567');
      expect([status, text]).toEqual([415, expect.stringContaining('Content-Type: application/json')]);
    }
  });

  it('returns up to three pairing codes in 10 minutes per session', async () => {
    const order = (phone: string) => world.service.pairingCode(phone);
    for (let i = 0; i < 3; i += 1) expect((await order(`49170123456${i}`)).status).toBe(200);
    const { status, headers, body } = await order('491701234569');
    expect([status, body.message]).toEqual([429, expect.stringMatching(/3 pairing codes.*QR code/)]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(500);
  });

  it('does not create keys while requests without keys are accepted', async () => {
    const { status, text } = await ask(
      'POST',
      '/keys',
      { 'content-type': 'application/json', 'content-length': '45' },
      '{"name": "crm", "scopes": ["contacts:read"]} ',
    );
    expect([status, text]).toEqual([409, expect.stringContaining('API_KEY')]);
  });

  it('sends headers that prevent browsers from rendering responses', async () => {
    const { headers } = await world.service.get('/session');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  it('listens on a public address only with ALLOW_ANONYMOUS', async () => {
    const environment = { DATABASE_URL: world.database.url, HOST: '0.0.0.0', ROLE: 'api' };
    const refused = await Service.spawn(environment);
    expect(await refused.exit()).toBe(1);
    expect(refused.entries[0]?.message).toMatch(/HOST "0\.0\.0\.0" requires API_KEY[^]*openssl rand/);
    expect(refused.output).not.toMatch(/ {4}at /);
    const open = await Service.start({ ...environment, ALLOW_ANONYMOUS: 'true' });
    expect(open.output).toMatch(/Anyone who can reach this address/);
    await open.stop();
    const locked = await Service.start({ ...environment, API_KEY: 'a-key-for-everything-0123456789' });
    expect((await locked.get('/session')).status).toBe(401);
    await locked.stop();
  });
});
