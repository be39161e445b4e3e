import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { WASocket } from '@whiskeysockets/baileys';
import { Log } from '../../kernel/logging/log.js';

const CHECK_EVERY_MS = 5_000;

const log = new Log('ConnectionMonitor');

export interface ConnectionMonitorEvents {
  /** No frame was received for too long: the connection is dead, or was never opened. */
  silent(): void;
  /** A proxy, or an edge server of WhatsApp, responded to the WebSocket upgrade with an HTTP status. */
  refused(httpStatus: number): void;
  /** A frame was changed in transit, so that neither its content nor the stanzas in it can be read. */
  damaged(): void;
}

/** Message of node:crypto if the tag of AES-GCM is wrong. The error has no code. */
const NOT_AUTHENTIC = /unable to authenticate data/;

/**
 * Detects three failures that Baileys (7.0.0-rc14) does not handle:
 *
 * - A silent connection: Baileys closes it gracefully, and waits 30 s for a response that cannot arrive.
 * - A refused upgrade: Baileys listens to `unexpected-response`, which prevents `ws` from failing the handshake, but
 *   does
 *   nothing. The connection would never open or end.
 * - A frame that cannot be decrypted: Baileys drops it and all frames after it. Pending queries would never be
 *   answered.
 *   WhatsApp delivers unacknowledged stanzas again, but only at the next login.
 *
 * @returns a function that stops the monitor
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
  reportDamagedFrames(socket.ws, events);
  const timer = setInterval(() => {
    if (performance.now() - silentSinceMs > limitMs) events.silent();
  }, CHECK_EVERY_MS);
  return () => clearInterval(timer);
}

/** Reports frames that cannot be decrypted. Other errors come from a handler, so the remaining frames are read. */
function reportDamagedFrames(ws: EventEmitter, events: ConnectionMonitorEvents): void {
  const [read] = ws.listeners('message') as ((data: Uint8Array) => Promise<void>)[];
  if (!read) throw new Error('Baileys no longer reads frames from "message"');
  ws.removeAllListeners('message');
  const readSafely = async (data: Uint8Array): Promise<void> => {
    try {
      await read(data);
    } catch (err) {
      if (NOT_AUTHENTIC.test((err as Error).message)) return events.damaged();
      log.warn({ err, stack: (err as Error).stack }, 'Handling frame failed');
      // Continues with the frames that Baileys has buffered.
      await readSafely(new Uint8Array());
    }
  };
  ws.on('message', (data: Uint8Array) => void readSafely(data));
}
