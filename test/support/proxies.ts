import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { freePort } from './free-port.js';

/** A tunnel that a client has requested. */
export interface Tunnel {
  /** Destination as requested, `host:port`; host names are not resolved. */
  to: string;
  /** `user:password` that the client sent; null if it sent none. */
  credentials: string | null;
}

/** Connects to these instead of the requested destinations, by `host:port`. Null refuses. */
type Resolve = (to: string) => { host: string; port: number } | null;

interface ProxyOptions {
  /** Required `user:password`. */
  credentials?: string;
  /** By default, the requested destinations. */
  resolve?: Resolve;
}

const LOOPBACK = '127.0.0.1';
const direct: Resolve = (to) => {
  const at = to.lastIndexOf(':');
  return { host: to.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(to.slice(at + 1)) };
};

/** A proxy on loopback that records its tunnels. */
export abstract class TestProxy {
  /** All requested tunnels, including refused ones, oldest first. */
  readonly tunnels: Tunnel[] = [];
  /** Local ports of all connections to destinations. */
  readonly outgoingPorts = new Set<number>();
  private readonly sockets = new Set<Duplex>();
  private listeningPort = 0;
  protected abstract readonly server: Server;
  protected abstract readonly scheme: string;

  constructor(protected readonly options: ProxyOptions) {}

  get port(): number {
    return this.listeningPort;
  }

  /** URL with the given credentials, or with the required ones. */
  url(credentials = this.options.credentials): string {
    const [user, password] = credentials?.split(':') ?? [];
    const login =
      user === undefined ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password ?? '')}@`;
    return `${this.scheme}://${login}${LOOPBACK}:${this.port}`;
  }

  async listen(port?: number): Promise<this> {
    this.listeningPort = port ?? (await freePort());
    this.server.listen(this.listeningPort, LOOPBACK);
    await once(this.server, 'listening');
    return this;
  }

  /** Ends all tunnels and refuses connections. */
  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  protected track(socket: Duplex): void {
    this.sockets.add(socket);
    socket.on('error', () => {}).on('close', () => this.sockets.delete(socket));
  }

  /** Connects to the destination. @returns null if it is refused or cannot be reached */
  protected async connect(tunnel: Tunnel): Promise<Socket | null> {
    this.tunnels.push(tunnel);
    const target = (this.options.resolve ?? direct)(tunnel.to);
    if (!target) return null;
    const upstream = connect(target);
    this.track(upstream);
    return once(upstream, 'connect').then(
      () => {
        this.outgoingPorts.add(upstream.localPort as number);
        return upstream;
      },
      () => null,
    );
  }
}

function join(one: Duplex, other: Duplex): void {
  one.pipe(other).pipe(one);
  one.on('close', () => other.destroy());
  other.on('close', () => one.destroy());
}

/** HTTP proxy with the CONNECT method. Other methods get 405. */
export class ConnectProxy extends TestProxy {
  protected readonly scheme = 'http';
  protected readonly server = createHttpServer((_, response) => response.writeHead(405).end());

  constructor(options: ProxyOptions = {}) {
    super(options);
    this.server.on('connection', (socket: Socket) => this.track(socket));
    this.server.on('connect', ({ url = '', headers }, client, head) => {
      const basic = headers['proxy-authorization']?.replace(/^Basic /, '');
      const credentials = basic === undefined ? null : Buffer.from(basic, 'base64').toString();
      void this.accept({ to: url, credentials }, client, head);
    });
  }

  private async accept(tunnel: Tunnel, client: Duplex, head: Buffer): Promise<void> {
    if (this.options.credentials !== undefined && tunnel.credentials !== this.options.credentials) {
      this.tunnels.push(tunnel);
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
      return;
    }
    const upstream = await this.connect(tunnel);
    if (!upstream) return void client.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\ndenied');
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) upstream.write(head);
    join(client, upstream);
  }
}

const [VERSION, AUTH_VERSION] = [5, 1];
const METHOD = { none: 0, password: 2, unacceptable: 0xff };
const REPLY = { succeeded: 0, notAllowed: 2 };

/** SOCKS5 proxy (RFC 1928, 1929) with the CONNECT command. */
export class SocksProxy extends TestProxy {
  protected readonly scheme = 'socks5';
  protected readonly server = createTcpServer((socket) => {
    this.track(socket);
    this.accept(socket).catch(() => socket.destroy());
  });

  constructor(options: ProxyOptions = {}) {
    super(options);
  }

  private async accept(client: Socket): Promise<void> {
    const read = reader(client);
    const [, count = 0] = await read(2);
    const methods = await read(count);
    const wanted = this.options.credentials === undefined ? METHOD.none : METHOD.password;
    if (!methods.includes(wanted)) return void client.end(Buffer.from([VERSION, METHOD.unacceptable]));
    client.write(Buffer.from([VERSION, wanted]));
    const credentials = wanted === METHOD.password ? await this.readCredentials(client, read) : null;
    if (wanted === METHOD.password && credentials !== this.options.credentials) return;
    const upstream = await this.connect({ to: await readDestination(read), credentials });
    const reply = upstream ? REPLY.succeeded : REPLY.notAllowed;
    client.write(Buffer.from([VERSION, reply, 0, 1, 0, 0, 0, 0, 0, 0]));
    if (!upstream) return void client.end();
    client.removeAllListeners('readable');
    join(client, upstream);
  }

  private async readCredentials(client: Socket, read: Read): Promise<string> {
    const [, userBytes = 0] = await read(2);
    const user = await read(userBytes);
    const [passwordBytes = 0] = await read(1);
    const credentials = `${user.toString()}:${(await read(passwordBytes)).toString()}`;
    const isRight = credentials === this.options.credentials;
    if (isRight) client.write(Buffer.from([AUTH_VERSION, 0]));
    else client.end(Buffer.from([AUTH_VERSION, 1]));
    return credentials;
  }
}

type Read = (bytes: number) => Promise<Buffer>;

function reader(socket: Socket): Read {
  return async (bytes) => {
    for (;;) {
      const chunk = bytes === 0 ? Buffer.alloc(0) : (socket.read(bytes) as Buffer | null);
      if (chunk) return chunk;
      if (socket.readableEnded) throw new Error('The client closed the connection');
      await once(socket, 'readable');
    }
  };
}

async function readDestination(read: Read): Promise<string> {
  const [, , , type] = await read(4);
  const host =
    type === 3
      ? (await read((await read(1))[0] ?? 0)).toString()
      : type === 1
        ? [...(await read(4))].join('.')
        : `[${((await read(16)).toString('hex').match(/.{4}/g) ?? []).join(':')}]`;
  return `${host}:${(await read(2)).readUInt16BE()}`;
}
