import type { EventEmitter } from 'node:events';
import type { BinaryNode } from '@whiskeysockets/baileys';

/** Matches the events that Baileys emits for each stanza: `CB:iq`, and the same with attributes and children. */
const EVENT = /^CB:(iq|notification)(?=,|$)/;

/**
 * Passes every IQ and notification of the server to `receive` instead of Baileys' own handlers. Responses to queries
 * are not affected, because Baileys emits them as `TAG:<id>`.
 *
 * Baileys has no hook for this, and its linking no longer works: it never renews the ADV secret
 * (https://github.com/WhiskeySockets/Baileys/issues/2737), acknowledges nothing before it is linked, returns pairing
 * codes that WhatsApp has refused (#2560 and #2769), and does not support passkeys (#2672). Pull request 2765 fixes the
 * first.
 *
 * @param socket Baileys' `sock.ws`
 */
export function interceptStanzas(socket: EventEmitter, receive: (stanza: BinaryNode) => void): void {
  const forward = socket.emit.bind(socket) as (event: string | symbol, ...args: unknown[]) => boolean;
  socket.emit = (event: string | symbol, ...args: unknown[]) => {
    const match = typeof event === 'string' ? EVENT.exec(event) : null;
    if (!match) return forward(event, ...args);
    // Baileys emits each stanza once under the short name, and several times under longer ones.
    if (match[0] === event) receive(args[0] as BinaryNode);
    return true;
  };
}
