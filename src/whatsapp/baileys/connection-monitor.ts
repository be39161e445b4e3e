import { Logger } from '@nestjs/common';
import type { WASocket } from '@whiskeysockets/baileys';
import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';

const LOOK_EVERY_MS = 5_000;

const logger = new Logger('ConnectionMonitor');

export interface ConnectionMonitorEvents {
  /** Nothing has been received for too long: the connection is dead, or was never opened. */
  silent(): void;
  /** Something in between, or WhatsApp's edge, answered the upgrade to WebSocket with an HTTP status. */
  refused(httpStatus: number): void;
  /** What came in was changed on the way: nobody can tell what it was, or answer it. */
  damaged(): void;
}

/** What node:crypto says when the tag of AES-GCM is wrong. */
const NOT_AUTHENTIC = /unable to authenticate data/;

/**
 * Notices three ends of a line that Baileys does not act upon (7.0.0-rc14):
 *
 * - It takes a silent connection for lost, but then closes it politely and waits 30 s for an answer that cannot come.
 * - It listens to `unexpected-response`, and by that keeps `ws` from failing the handshake, but does nothing itself: the
 *   connection would be on its way for ever.
 * - It leaves a frame that it cannot decrypt to itself, with all that came behind it: the answer that somebody waits for,
 *   or the offer to link, would never come. WhatsApp delivers again what was not acknowledged, but only at a login.
 * @returns ends the watch
 */
export function monitorConnection(
  socket: WASocket,
  maxSilenceMs: { connecting: number; connected: number },
  events: ConnectionMonitorEvents,
): () => void {
  let silentSinceMs = performance.now();
  let limitMs = maxSilenceMs.connecting;
  socket.ws.on('frame', () => {
    silentSinceMs = performance.now();
    limitMs = maxSilenceMs.connected;
  });
  socket.ws.on('unexpected-response', (_request: unknown, { statusCode = 0 }: IncomingMessage) => {
    events.refused(statusCode);
  });
  endOnDamage(socket.ws, events);
  const look = setInterval(() => {
    if (performance.now() - silentSinceMs > limitMs) events.silent();
  }, LOOK_EVERY_MS);
  return () => clearInterval(look);
}

/** What else fails there is a handler's, and stays with it; the frames behind it are read at once. */
function endOnDamage(ws: EventEmitter, events: ConnectionMonitorEvents): void {
  const [read] = ws.listeners('message') as ((data: Uint8Array) => Promise<void>)[];
  if (!read) throw new Error('Baileys no longer reads frames from "message"');
  ws.removeAllListeners('message');
  const readSafely = async (data: Uint8Array): Promise<void> => {
    try {
      await read(data);
    } catch (error) {
      if (NOT_AUTHENTIC.test((error as Error).message)) return events.damaged();
      logger.warn(`A frame was not read: ${(error as Error).stack}`);
      await readSafely(new Uint8Array());
    }
  };
  ws.on('message', (data: Uint8Array) => void readSafely(data));
}
