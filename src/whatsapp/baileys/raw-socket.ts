import type { IncomingMessage } from 'node:http';
import type { WASocket } from '@whiskeysockets/baileys';

/** The part of the `ws` WebSocket that is used here. */
interface RawSocket {
  on(event: 'upgrade', listener: (response: IncomingMessage) => void): void;
  pause(): void;
  resume(): void;
  terminate(): void;
}

/** Returns the WebSocket inside Baileys' client, which is not public; null after it has ended. */
export function rawSocketOf(socket: WASocket): RawSocket | null {
  return (socket.ws as unknown as { socket: RawSocket | null }).socket;
}

/**
 * Combines all writes of one turn of the event loop in one packet, and sends nothing if `maySend` returns false,
 * because another process may hold the session's lease. A process that was suspended wakes up with an open connection,
 * due timers and unread stanzas. The check is in the TCP socket, because `ws` itself responds to pings and close
 * frames.
 */
export function guardWrites(socket: WASocket, maySend: () => boolean): void {
  rawSocketOf(socket)?.on('upgrade', ({ socket: tcp }) => {
    const write = tcp.write.bind(tcp) as (...args: unknown[]) => boolean;
    let isCorked = false;
    tcp.write = (...args: unknown[]) => {
      // Writes to a destroyed socket fail without being sent.
      if (!maySend()) tcp.destroy();
      else if (!isCorked) {
        isCorked = true;
        tcp.cork();
        process.nextTick(() => {
          isCorked = false;
          tcp.uncork();
        });
      }
      return write(...args);
    };
  });
}
