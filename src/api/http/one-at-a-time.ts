import type { RequestHandler } from 'express';
import type { Socket } from 'node:net';

/** Nobody sends more without waiting for answers; each costs memory until its turn comes. */
const MAX_WAITING = 64;

/**
 * Handles the requests of one connection one after the other, as their answers go out. Node starts all that a client has sent
 * without waiting (pipelining), and keeps every answer in memory until those before it have been read.
 */
export function oneAtATime(): RequestHandler {
  const waiting = new WeakMap<Socket, number>();
  return (request, response, next) => {
    // A response has its socket from the beginning, unless another one comes first.
    if (response.socket) return next();
    const { socket } = request;
    const count = (waiting.get(socket) ?? 0) + 1;
    waiting.set(socket, count);
    if (count > MAX_WAITING) {
      socket.destroy();
      return;
    }
    response.once('socket', () => {
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1);
      setImmediate(next);
    });
  };
}
