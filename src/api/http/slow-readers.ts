import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Less than this, for as long as the grace lasts, is too slow: 32 kB a second. */
const MIN_BYTES_PER_MS = 32;
const LOOK_EVERY_MS = 500;
/** The buffers of a slow line empty in jerks, seconds apart. */
const GRACE_MS = 20_000;
/** While others wait for what the reader holds. */
const GRACE_WHEN_AWAITED_MS = 3_000;

/**
 * Cuts off a reader who takes less than he must. Time that he is waited for uses up his grace; what he takes gives it back. How
 * long a timeout on the socket would be does not matter to who takes a byte now and then.
 * @param isAwaited whether others wait for what this answer holds: then there is less grace
 */
export function cutSlowReader(response: ServerResponse, isAwaited: () => boolean): void {
  const { socket } = response;
  if (!socket) return;
  let graceMs = GRACE_MS;
  let takenBefore = takenFrom(socket);
  const timer = setInterval(() => {
    const taken = takenFrom(socket);
    const limitMs = isAwaited() ? GRACE_WHEN_AWAITED_MS : GRACE_MS;
    graceMs = Math.min(limitMs, graceMs + (taken - takenBefore) / MIN_BYTES_PER_MS);
    takenBefore = taken;
    if (socket.writableLength > 0) graceMs -= LOOK_EVERY_MS;
    if (graceMs <= 0) socket.destroy();
  }, LOOK_EVERY_MS);
  response.once('close', () => clearInterval(timer));
}

/** Bytes that the operating system has taken for the other side. */
function takenFrom(socket: Socket): number {
  return socket.bytesWritten - socket.writableLength;
}
