import { Agent, type ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { ProxyUrl } from './proxy-url.js';
import { openTunnel } from './tunnel.js';

type Protocol = 'http:' | 'https:';
/** `path` would be the path of a Unix socket. */
const TLS: ConnectionOptions = { ALPNProtocols: ['http/1.1'], path: undefined };

type Created = (error: Error | null, socket: Duplex) => void;

/**
 * Opens the connections of HTTP requests and WebSockets through a proxy, one per request. Targets of `https:` are
 * encrypted from end to end: the proxy sees only host and port. Requests fail with ProxyError.
 */
export class ProxyAgent extends Agent {
  readonly defaultPort: number;

  /** @param protocol of the requests */
  constructor(
    private readonly proxy: ProxyUrl,
    readonly protocol: Protocol,
  ) {
    super({ keepAlive: false });
    this.defaultPort = protocol === 'https:' ? 443 : 80;
  }

  override createConnection(options: ClientRequestArgs, created: Created): undefined {
    const { host, port } = options;
    const destination = { host: host ?? 'localhost', port: Number(port ?? this.defaultPort) };
    const isTls = this.protocol === 'https:';
    openTunnel(this.proxy, destination)
      .then((socket) => (isTls ? connectTls({ ...(options as ConnectionOptions), ...TLS, socket }) : socket))
      .then(
        (socket) => created(null, socket),
        (error: Error) => created(error, undefined as never),
      );
  }
}
