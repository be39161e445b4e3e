import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';

interface ReverseProxyOptions {
  /** Removed from the paths of requests. */
  prefix: string;
  /** The address that the proxy connects from. */
  from: string;
  /** The value of `X-Forwarded-Prefix`; by default, the prefix. */
  forwardedPrefix?: string;
  /** The value of `X-Forwarded-For`. */
  forwardedFor?: string;
}

/** A reverse proxy that publishes a service below a path, as nginx and Traefik do. */
export class ReverseProxy {
  private readonly prefix: string;
  private readonly server: Server;

  private constructor(
    port: number,
    { prefix, from, forwardedPrefix = `${prefix}/`, forwardedFor = '192.0.2.1' }: ReverseProxyOptions,
  ) {
    this.prefix = prefix;
    this.server = createServer((incoming, outgoing) => {
      const { host, ...headers } = incoming.headers;
      const forwarded = httpRequest(
        {
          host: '127.0.0.1',
          port,
          localAddress: from,
          method: incoming.method,
          path: incoming.url?.slice(prefix.length),
          headers: {
            ...headers,
            host: `127.0.0.1:${port}`,
            'x-forwarded-for': forwardedFor,
            'x-forwarded-host': host,
            'x-forwarded-proto': 'https',
            'x-forwarded-prefix': forwardedPrefix,
          },
        },
        (response) => {
          outgoing.writeHead(response.statusCode ?? 502, response.rawHeaders);
          response.pipe(outgoing);
        },
      );
      forwarded.once('error', () => outgoing.destroy());
      outgoing.once('close', () => forwarded.destroy());
      incoming.pipe(forwarded);
    });
  }

  /** @param port of the service */
  static async start(port: number, options: ReverseProxyOptions): Promise<ReverseProxy> {
    const proxy = new ReverseProxy(port, options);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  /** Address of the service behind the proxy, without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as { port: number }).port}${this.prefix}`;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}
