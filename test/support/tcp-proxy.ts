import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { freePort } from './free-port.js';

/**
 * Proxy between processes and a server that counts the bytes from the processes. It keeps the connection of a process
 * open when the server closes its side, as a network does that has lost the FIN packet.
 */
export class TcpProxy {
  /** Bytes from the processes since the start. */
  sentBytes = 0;
  private readonly lines = new Set<Socket>();
  private readonly swallowed = new WeakSet<Socket>();
  private swallowsNew = false;
  private readonly server = createServer({ allowHalfOpen: true });

  private constructor(target: { port: number; host: string }) {
    this.server.on('connection', (line) => this.join(line, connect(target.port, target.host)));
  }

  static async start(targetPort: number, targetHost = '127.0.0.1'): Promise<TcpProxy> {
    const proxy = new TcpProxy({ port: targetPort, host: targetHost });
    await proxy.listen(await freePort());
    return proxy;
  }

  /** Starts a proxy for a Postgres server, and returns the URL of the database through it. */
  static async beforeDatabase(databaseUrl: string): Promise<{ proxy: TcpProxy; url: string }> {
    const url = new URL(databaseUrl);
    const proxy = await TcpProxy.start(Number(url.port || 5432), url.hostname);
    url.hostname = '127.0.0.1';
    url.port = String(proxy.port);
    return { proxy, url: url.href };
  }

  port = 0;

  /** Connections that the processes have not closed. */
  get openLines(): number {
    return this.lines.size;
  }

  /** Cuts all connections and rejects new ones. */
  async goDown(): Promise<void> {
    for (const line of this.lines) line.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  /**
   * Drops everything that present connections send in either direction, without closing them. New connections work.
   * This is what a dead host, a failover by DNS or lost NAT state looks like.
   */
  swallow(): void {
    for (const line of this.lines) this.swallowed.add(line);
  }

  /** Does the same with all later connections, like a firewall. */
  swallowNew(): void {
    this.swallowsNew = true;
  }

  async comeBack(): Promise<void> {
    await this.listen(this.port);
  }

  async stop(): Promise<void> {
    if (this.server.listening) await this.goDown();
  }

  private async listen(port: number): Promise<void> {
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as { port: number }).port;
  }

  private join(line: Socket, target: Socket): void {
    this.lines.add(line);
    if (this.swallowsNew) this.swallowed.add(line);
    line.on('data', (data) => {
      this.sentBytes += data.length;
      if (target.writable && !this.swallowed.has(line)) target.write(data);
    });
    target.on('data', (data) => {
      if (!this.swallowed.has(line)) line.write(data);
    });
    target.on('error', () => {});
    line.on('error', () => {});
    line.on('end', () => line.end());
    line.on('close', () => {
      this.lines.delete(line);
      target.destroy();
    });
  }
}
