import { once } from 'node:events';
import { createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';
const FIRST = 10_000;
const LAST = 32_767;

/**
 * Returns a random free port below those that Linux assigns to connections and to servers on port 0. A server that
 * listens later, or repeatedly, would otherwise lose its port to one of another suite, which then receives its requests.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    const server = createServer().listen(port, LOOPBACK);
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
