import type { WASocket } from '@whiskeysockets/baileys';
import type { IncomingMessage } from 'node:http';

const LOOK_EVERY_MS = 5_000;

export interface ConnectionMonitorEvents {
  /** Nothing has come in for too long: the connection is dead, though nobody has closed it. */
  silent(): void;
  /** Something in between, or WhatsApp's edge, answered the upgrade to WebSocket with an HTTP status. */
  refused(httpStatus: number): void;
}

/**
 * Notices two ends of a line that Baileys does not act upon (7.0.0-rc14):
 *
 * - It takes a silent connection for lost, but then closes it politely and waits 30 s for an answer that cannot come.
 * - It listens to `unexpected-response`, and by that keeps `ws` from failing the handshake, but does nothing itself: the
 *   connection would be on its way for ever.
 * @returns ends the watch
 */
export function monitorConnection(
  socket: WASocket,
  maxSilenceMs: number,
  events: ConnectionMonitorEvents,
): () => void {
  let lastFrameAtMs = performance.now();
  socket.ws.on('frame', () => (lastFrameAtMs = performance.now()));
  socket.ws.on('unexpected-response', (_request: unknown, { statusCode = 0 }: IncomingMessage) => {
    events.refused(statusCode);
  });
  const look = setInterval(() => {
    if (performance.now() - lastFrameAtMs > maxSilenceMs) events.silent();
  }, LOOK_EVERY_MS);
  return () => clearInterval(look);
}
