import { httpGet } from '../kernel/network/http-get.js';
import { environmentProxies } from '../kernel/network/outgoing-proxies.js';
import { isTrustworthyUrl } from '../kernel/network/trustworthy-url.js';

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 262_144;

/** Reads the metadata and signing keys of an authorization server, each up to MAX_BYTES and within TIMEOUT_MS. */
export class AuthorizationServer {
  constructor(private readonly issuer: string) {}

  /**
   * Returns the URL of the signing keys from the metadata (RFC 8414 or OpenID).
   * @throws if the metadata is unavailable or invalid
   */
  async findKeysUrl(): Promise<URL> {
    const metadata = await this.readMetadata();
    const { issuer, jwks_uri: keys } = metadata;
    if (issuer !== this.issuer || typeof keys !== 'string' || !isTrustworthyUrl(keys))
      throw new Error(`The metadata of the authorization server ${this.issuer} is invalid`);
    return new URL(keys);
  }

  /** Reads a JSON object. @throws if the status is not 200, or the response is too large or too slow */
  async get(url: URL): Promise<Record<string, unknown>> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const proxy = url.protocol === 'https:' ? environmentProxies.for(url) : null;
    const response = await httpGet(url, { proxy, signal, headers: { accept: 'application/json' } });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) throw new Error(`${url.href} returned more than ${MAX_BYTES} bytes`);
      chunks.push(chunk);
    }
    if (response.statusCode !== 200) throw new Error(`${url.href} responded with ${response.statusCode}`);
    return JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
  }

  private async readMetadata(): Promise<Record<string, unknown>> {
    const { origin, pathname } = new URL(this.issuer);
    const path = pathname === '/' ? '' : pathname.replace(/\/$/, '');
    return this.get(new URL(`${origin}/.well-known/oauth-authorization-server${path}`)).catch(() =>
      this.get(new URL(`${origin}${path}/.well-known/openid-configuration`)),
    );
  }
}
