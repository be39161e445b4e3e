import type { BinaryNode } from '@whiskeysockets/baileys';
import type { EventEmitter } from 'node:events';

/** `CB:iq`, `CB:notification`, and the same with attributes and children, as Baileys emits them for each stanza. */
const EVENT = /^CB:(iq|notification)(?=,|$)/;

/**
 * Takes every IQ and notification of the server away from Baileys' own handlers. Answers to queries are not affected:
 * Baileys emits those under `TAG:<id>`.
 *
 * Baileys has no hook for this, and its own way to link cannot work any more: it shows one ADV secret for ever
 * (https://github.com/WhiskeySockets/Baileys/issues/2737), cannot acknowledge anything before it is linked, hands out
 * pairing codes that WhatsApp has refused (issues 2560 and 2769), and knows no passkeys (issue 2672). This can go once a
 * release does all four; pull request 2765 is about the first.
 *
 * @param socket Baileys' `sock.ws`
 */
export function interceptStanzas(socket: EventEmitter, take: (stanza: BinaryNode) => void): void {
  const forward = socket.emit.bind(socket) as (event: string | symbol, ...args: unknown[]) => boolean;
  socket.emit = (event: string | symbol, ...args: unknown[]) => {
    const match = typeof event === 'string' ? EVENT.exec(event) : null;
    if (!match) return forward(event, ...args);
    // Every stanza has one event of this form, and any number of longer ones.
    if (match[0] === event) take(args[0] as BinaryNode);
    return true;
  };
}
