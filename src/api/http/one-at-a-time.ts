import type { Socket } from 'node:net';
import type { RequestHandler } from 'express';

/** Waiting requests use memory. No known client pipelines more. */
const MAX_WAITING = 64;

/**
 * Handles pipelined requests of a connection one at a time. Node.js would start them all, and buffer each response
 * until the client has read the previous ones.
 */
export function oneAtATime(): RequestHandler {
  const waiting = new WeakMap<Socket, number>();
  return (request, response, next) => {
    // A response has a socket unless an earlier response of the connection is not finished.
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
