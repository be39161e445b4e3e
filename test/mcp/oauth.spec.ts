import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Client,
  ClientCredentialsProvider,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { generateKeyPair, type JWTPayload } from 'jose';
import { MASTER } from '../access/access-world.js';
import { ServedAddressBook } from '../contacts/served-address-book.js';
import { freePort } from '../support/free-port.js';
import { eventually } from '../support/service.js';
import { TestAuthorizationServer } from './test-authorization-server.js';

const CALL = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'search_people', arguments: {} },
};

describe('the MCP server with an authorization server', () => {
  let issuer: TestAuthorizationServer;
  let book: ServedAddressBook;
  let url: string;

  beforeAll(async () => {
    issuer = await TestAuthorizationServer.start();
    const port = await freePort();
    url = `http://127.0.0.1:${port}/mcp`;
    issuer.audience = url;
    book = await ServedAddressBook.start({
      PORT: String(port),
      API_KEY: MASTER,
      OAUTH_ISSUER: issuer.issuer,
      OAUTH_AUDIENCE: url,
    });
    await book.clear();
    await book.save('Anna');
  });

  afterAll(async () => {
    await book.stop();
    await issuer.stop();
  });

  beforeEach(() => {
    issuer.claims = { scope: 'contacts:read openid' };
  });

  const post = async (token: string | null, values: object = {}) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ ...CALL, params: { ...CALL.params, arguments: values } }),
    });
    const { status, headers } = response;
    const challenge = headers.get('www-authenticate');
    return { status, challenge, limit: headers.get('ratelimit-policy'), text: await response.text() };
  };

  it('lets clients of the official SDK discover the authorization server, and use its tokens', async () => {
    const client = new Client({ name: 'test', version: '1' });
    const authProvider = new ClientCredentialsProvider({
      clientId: 'agent',
      clientSecret: 'secret',
      expectedIssuer: issuer.issuer,
    });
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { authProvider }));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'search_people',
      'get_person',
      'look_up_people',
      'list_recent_changes',
    ]);
    const { structuredContent } = await client.callTool({ name: 'search_people', arguments: {} });
    expect(structuredContent).toMatchObject({ people: [{ full_name: 'Anna' }] });
    await client.close();
  });

  it('refers to its metadata without a token and with an invalid one', async () => {
    const metadata = url.replace('/mcp', '/.well-known/oauth-protected-resource/mcp');
    for (const token of [null, 'nonsense', 'a.b.c']) {
      const { status, challenge } = await post(token);
      expect([status, challenge]).toEqual([401, expect.stringContaining(`resource_metadata="${metadata}"`)]);
    }
    expect(await (await fetch(metadata)).json()).toMatchObject({
      resource: url,
      authorization_servers: [issuer.issuer],
      scopes_supported: ['contacts:read', 'session:read'],
    });
  });

  it('reads the signing keys once', async () => {
    await post(await issuer.sign(url));
    await post(await issuer.sign(url));
    expect(issuer.requests.filter((path) => path === '/keys')).toHaveLength(1);
  });

  const now = () => Math.floor(Date.now() / 1_000);
  it.each([
    ['of another issuer', { iss: 'https://evil.example.com' }],
    ['for another audience', { aud: 'https://other.example.com/mcp' }],
    ['that has expired', { exp: now() - 60 }],
    ['that does not expire', { exp: undefined }],
    ['without a subject', { sub: undefined }],
    ['with invalid sessions', { whatsapp_sessions: 'default' }],
    ['without sessions', { whatsapp_sessions: [] }],
    ['with an invalid session and all sessions', { whatsapp_sessions: ['*', 'Sales'] }],
  ])('rejects a token %s', async (_, claims) => {
    expect((await post(await issuer.sign(url, claims))).status).toBe(401);
  });

  it('rejects tokens that are unsigned, or signed with another key or a shared secret', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const forged = await issuer.sign(url, {}, privateKey);
    const [, payload] = forged.split('.');
    const unsigned = (alg: string) =>
      `${Buffer.from(JSON.stringify({ alg, kid: '1' })).toString('base64url')}.${payload}.AAAA`;
    for (const token of [forged, unsigned('none'), unsigned('HS256')])
      expect((await post(token)).status).toBe(401);
  });

  it('limits a token to its scopes and sessions', async () => {
    const { status, challenge } = await post(await issuer.sign(url, { scope: 'openid admin' }));
    expect([status, challenge]).toEqual([403, expect.stringContaining('error="insufficient_scope"')]);
    const limited = await post(await issuer.sign(url, { whatsapp_sessions: ['sales'] }));
    expect([limited.status, limited.text]).toEqual([200, expect.stringContaining('Set session to sales.')]);
    expect(limited.limit).toBe('"key";q=600;w=60');
  });

  it('limits a token without the claim to the default session, and allows all sessions with "*"', async () => {
    const callWith = async (session: string, claims: JWTPayload) => {
      const { text } = await post(await issuer.sign(url, claims), { session });
      return text;
    };
    expect(await callWith('default', {})).toContain('Anna');
    expect(await callWith('sales', {})).toContain('Set session to default.');
    for (const names of [['*'], ['sales', '*']]) {
      expect(await callWith('default', { whatsapp_sessions: names })).toContain('Anna');
      expect(await callWith('sales', { whatsapp_sessions: names })).toContain('does not exist');
    }
    expect(await callWith('sales', { whatsapp_sessions: ['sales'] })).toContain('does not exist');
  });

  it('shares the request counts of subjects of any length and content', async () => {
    for (const sub of ['x'.repeat(300), 'a\0b']) {
      const key = `key:oauth ${createHash('sha256').update(sub).digest('base64url')}`;
      await post(await issuer.sign(url, { sub }));
      await eventually('the count is shared', async () => {
        const sql = 'SELECT points FROM rate_limit WHERE key = $1';
        return (await book.dataSource.query<object[]>(sql, [key])).length === 1;
      });
    }
  });

  it('does not accept tokens for other routes', async () => {
    const { status } = await book.service.request('/contacts', { key: await issuer.sign(url) });
    expect(status).toBe(401);
  });
});
