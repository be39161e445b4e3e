import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Sends HTTP that no library would send. */
export class RawConnection {
  /** Raw response so far. */
  received = '';
  bytes = 0;
  private readonly closing: Promise<void>;

  private constructor(readonly socket: Socket) {
    socket.on('error', () => {});
    this.closing = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect({ port, host: '127.0.0.1' });
    const connection = new RawConnection(socket);
    socket.on('data', (data: Buffer) => {
      connection.bytes += data.length;
      if (connection.received.length < 100_000) connection.received += data.toString('latin1');
    });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return connection;
  }

  send(text: string | Buffer): void {
    if (!this.socket.destroyed) this.socket.write(text, 'latin1');
  }

  get isClosed(): boolean {
    return this.socket.destroyed;
  }

  /** @returns whether the server closes the connection in time */
  async closes(timeoutMs: number): Promise<boolean> {
    return Promise.race([this.closing.then(() => true), sleep(timeoutMs, false, { ref: false })]);
  }

  /** Returns the status of the first response, `cut` if the connection ends without one, or `silence` if none arrives. */
  async outcome(timeoutMs = 10_000): Promise<string> {
    const until = performance.now() + timeoutMs;
    for (;;) {
      const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(this.received) ?? [];
      if (status) return status;
      if (this.isClosed) return 'cut';
      if (performance.now() >= until) return 'silence';
      await sleep(10);
    }
  }

  end(): void {
    this.socket.destroy();
  }
}

/** Sends one raw request, and returns its outcome. */
export async function exchange(port: number, text: string): Promise<string> {
  const connection = await RawConnection.open(port);
  connection.send(text);
  const outcome = await connection.outcome();
  connection.end();
  return outcome;
}
