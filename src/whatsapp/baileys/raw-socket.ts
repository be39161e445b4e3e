import type { WASocket } from '@whiskeysockets/baileys';
import type { IncomingMessage } from 'node:http';

/** The part of `ws`' WebSocket that is used here. */
interface RawSocket {
  on(event: 'upgrade', listener: (response: IncomingMessage) => void): void;
  pause(): void;
  resume(): void;
  terminate(): void;
}

/** The WebSocket under Baileys' client, which Baileys makes but does not show; null when it is gone. */
export function rawSocketOf(socket: WASocket): RawSocket | null {
  return (socket.ws as unknown as { socket: RawSocket | null }).socket;
}

/**
 * Sends everything that is written in one turn of the event loop in one packet.
 *
 * Lets nothing out once the session may belong to another process. A process that was asleep wakes up with its connection
 * still open, its timers due and WhatsApp's words waiting to be answered. The guard stands at the connection itself, since
 * `ws` answers pings and goodbyes on its own.
 */
export function guardWrites(socket: WASocket, maySend: () => boolean): void {
  rawSocketOf(socket)?.on('upgrade', ({ socket: line }) => {
    const write = line.write.bind(line) as (...args: unknown[]) => boolean;
    let isCorked = false;
    line.write = (...args: unknown[]) => {
      // What is written to a destroyed line fails, and is not sent.
      if (!maySend()) line.destroy();
      else if (!isCorked) {
        isCorked = true;
        line.cork();
        process.nextTick(() => {
          isCorked = false;
          line.uncork();
        });
      }
      return write(...args);
    };
  });
}
