import { once } from 'node:events';
import { createServer, type Server, type Socket, connect } from 'node:net';

/**
 * Stands between one process and a server on loopback, and counts what the process sends. It keeps the process's line
 * open when the server closes its own, as a network does that has lost the news.
 */
export class TcpProxy {
  /** Bytes from the process since the start. */
  sentBytes = 0;
  private readonly lines = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(targetPort: number): Promise<TcpProxy> {
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new TcpProxy(server, (server.address() as { port: number }).port);
    server.on('connection', (line) => proxy.join(line, connect(targetPort, '127.0.0.1')));
    return proxy;
  }

  /** Lines that the process has not closed. */
  get openLines(): number {
    return this.lines.size;
  }

  async stop(): Promise<void> {
    for (const line of this.lines) line.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(line: Socket, target: Socket): void {
    this.lines.add(line);
    line.on('data', (data) => {
      this.sentBytes += data.length;
      if (target.writable) target.write(data);
    });
    target.on('data', (data) => line.write(data));
    target.on('error', () => {});
    line.on('error', () => {});
    line.on('end', () => line.end());
    line.on('close', () => {
      this.lines.delete(line);
      target.destroy();
    });
  }
}
