import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** An authorization server that issues JWTs to clients with client credentials. */
export class TestAuthorizationServer {
  /** Claims of the next tokens. */
  claims: JWTPayload = { scope: 'contacts:read' };
  /** Requests for keys return them, fail, or return an object without them. */
  keysState: 'available' | 'down' | 'missing' = 'available';
  /** Requests by path. */
  readonly requests: string[] = [];

  private constructor(
    private readonly server: Server,
    private readonly keys: { publicKey: CryptoKey; privateKey: CryptoKey },
    readonly issuer: string,
  ) {}

  static async start(): Promise<TestAuthorizationServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const started = new TestAuthorizationServer(server, await generateKeyPair('ES256'), issuer);
    server.on('request', (request, response) => {
      started.requests.push(request.url ?? '');
      void started.answer(request.url ?? '').then((body) => {
        response.writeHead(body ? 200 : 404, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify(body ?? {}));
      });
    });
    return started;
  }

  /** Issues a token. Claims replace those of the server; undefined removes one. */
  sign(audience: string, claims: JWTPayload = {}, key: CryptoKey = this.keys.privateKey): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const payload = { iss: this.issuer, aud: audience, sub: 'agent', iat: now, exp: now + 300 };
    return new SignJWT({ ...payload, ...this.claims, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: '1', typ: 'at+jwt' })
      .sign(key);
  }

  /** Audience of issued tokens. */
  audience = '';

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(path: string): Promise<object | null> {
    if (path === '/.well-known/oauth-authorization-server')
      return {
        issuer: this.issuer,
        jwks_uri: `${this.issuer}/keys`,
        authorization_endpoint: `${this.issuer}/authorize`,
        token_endpoint: `${this.issuer}/token`,
        response_types_supported: ['code'],
        grant_types_supported: ['client_credentials'],
        token_endpoint_auth_methods_supported: ['client_secret_basic'],
        code_challenge_methods_supported: ['S256'],
      };
    if (path === '/keys' && this.keysState === 'down') return null;
    if (path === '/keys' && this.keysState === 'missing') return {};
    if (path === '/keys')
      return { keys: [{ ...(await exportJWK(this.keys.publicKey)), kid: '1', alg: 'ES256', use: 'sig' }] };
    if (path === '/token')
      return { access_token: await this.sign(this.audience), token_type: 'Bearer', expires_in: 300 };
    return null;
  }
}
