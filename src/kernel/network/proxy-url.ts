const PORTS: Record<string, number> = { 'http:': 80, 'https:': 443, 'socks5:': 1080, 'socks5h:': 1080 };
const HOST = /^([\w.-]{1,253}|\[[0-9a-f:.]+\])$/i;
const MAX_CHARACTERS = 2_000;
/** Limit of SOCKS5 (RFC 1929); HTTP proxies have no common one. */
const MAX_CREDENTIAL_BYTES = 255;

/** Completes the sentence "use …" or "set it to …" in error messages. */
export const PROXY_URL_FORM =
  'the URL of a proxy, http://, https:// or socks5:// with a host and a port, for example ' +
  'socks5://user:password@proxy.example.com:1080. Percent-encode special characters in the user name and password as ' +
  'encodeURIComponent does, for example # as %23 and / as %2F';

/** User name and password of a proxy, decoded. */
export interface ProxyCredentials {
  user: string;
  password: string;
}

/**
 * An HTTP or SOCKS5 proxy. The credentials are private, so that they do not appear in logs: text and JSON contain only
 * the address.
 */
export class ProxyUrl {
  /** The URL without credentials, for example `socks5://proxy.example.com:1080`. */
  readonly address: string;
  readonly #url: URL;
  readonly #credentials: ProxyCredentials | null;

  private constructor(url: URL, credentials: ProxyCredentials | null) {
    this.#url = url;
    this.#credentials = credentials;
    this.address = `${url.protocol}//${url.hostname}:${this.port}`;
  }

  /** @returns null if the text is not the URL of a supported proxy */
  static parse(text: string): ProxyUrl | null {
    if (text.length > MAX_CHARACTERS || !URL.canParse(text)) return null;
    const url = new URL(text);
    const isPlain = (url.pathname === '' || url.pathname === '/') && !/[?#]/.test(text);
    if (!(url.protocol in PORTS) || !isPlain || !HOST.test(url.hostname) || url.port === '0') return null;
    const credentials = readCredentials(url);
    return credentials === undefined ? null : new ProxyUrl(url, credentials);
  }

  /** Like parse(), for a URL that was validated earlier. @throws Error, so that nothing connects directly instead */
  static require(text: string): ProxyUrl {
    const proxy = ProxyUrl.parse(text);
    if (!proxy) throw new Error('The URL of a proxy is not valid');
    return proxy;
  }

  get isSocks(): boolean {
    return this.#url.protocol.startsWith('socks');
  }

  /** Whether the connection to the proxy itself uses TLS. */
  get isTls(): boolean {
    return this.#url.protocol === 'https:';
  }

  /** Host name or IP address, without the brackets of IPv6 addresses. */
  get host(): string {
    return this.#url.hostname.replace(/^\[|\]$/g, '');
  }

  get port(): number {
    return Number(this.#url.port) || (PORTS[this.#url.protocol] as number);
  }

  /** Null if the URL contains none. */
  get credentials(): ProxyCredentials | null {
    return this.#credentials;
  }

  /** Returns the URL with the credentials. Never log it. */
  revealed(): string {
    return this.#url.href;
  }

  toString(): string {
    return this.address;
  }

  toJSON(): string {
    return this.address;
  }
}

/** @returns null if there are none; undefined if they are not valid */
function readCredentials({ username, password }: URL): ProxyCredentials | null | undefined {
  if (!username && !password) return null;
  try {
    const decoded = { user: decodeURIComponent(username), password: decodeURIComponent(password) };
    const isShort = Object.values(decoded).every((text) => Buffer.byteLength(text) <= MAX_CREDENTIAL_BYTES);
    return isShort ? decoded : undefined;
  } catch {
    return undefined;
  }
}
