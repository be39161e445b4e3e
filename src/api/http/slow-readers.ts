import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The minimum throughput: 32 kB/s. */
const MIN_BYTES_PER_MS = 32;
const CHECK_EVERY_MS = 500;
/** Slow connections drain in bursts, seconds apart. */
const GRACE_MS = 20_000;
/** While other callers wait for the slot of the reader. */
const CONTENDED_GRACE_MS = 3_000;

/**
 * Disconnects a client that reads slower than 32 kB/s. The grace period decreases while data waits to be sent, and
 * increases with each byte sent. A socket timeout cannot replace this: one byte resets it.
 *
 * @param isContended whether other callers wait, so that the shorter grace period applies
 */
export function disconnectSlowReader(response: ServerResponse, isContended: () => boolean): void {
  const { socket } = response;
  if (!socket) return;
  let graceMs = GRACE_MS;
  let sentBefore = bytesSent(socket);
  const timer = setInterval(() => {
    const sent = bytesSent(socket);
    const maxGraceMs = isContended() ? CONTENDED_GRACE_MS : GRACE_MS;
    graceMs = Math.min(maxGraceMs, graceMs + (sent - sentBefore) / MIN_BYTES_PER_MS);
    sentBefore = sent;
    if (socket.writableLength > 0) graceMs -= CHECK_EVERY_MS;
    if (graceMs <= 0) socket.destroy();
  }, CHECK_EVERY_MS);
  response.once('close', () => clearInterval(timer));
}

/** Returns the bytes that were passed to the operating system. */
function bytesSent(socket: Socket): number {
  return socket.bytesWritten - socket.writableLength;
}
