import type { BinaryNode, proto } from '@whiskeysockets/baileys';
import type { Companion } from './companion.js';
import type { Faults } from './faults.js';
import type { PersonKeys } from './person-keys.js';
import { element, newStanzaId } from './stanza.js';

/** A message before it is encrypted. */
export interface OutgoingMessage {
  /** default: a new one */
  readonly id?: string;
  /** default: `message`; encrypted statuses arrive as `status` since July 2026 (whatsapp-rust #1101) */
  readonly tag?: 'message' | 'status' | 'appdata';
  /** attributes of the stanza, without `id` */
  readonly attrs: Readonly<Record<string, string | undefined>>;
  readonly message: proto.IMessage;
  /** elements beside `<enc>`, such as the verified name */
  readonly beside?: readonly BinaryNode[];
}

/**
 * Sends a real Signal message from a person to a companion; queued while the companion is away. It is encrypted at
 * its first delivery and again when the companion asks for it again (then in a new session).
 * @param faults may spoil what is delivered
 * @returns resolves when the companion has sent its receipt
 * @throws NotAcknowledgedError when the companion gives up on decrypting it
 */
export function postMessage(
  companion: Companion,
  sender: PersonKeys,
  outgoing: OutgoingMessage,
  faults: Faults,
): Promise<void> {
  const { id = newStanzaId(), tag = 'message' } = outgoing;
  const { address } = companion;
  return companion.outbox.post({
    id,
    build: async (retries) => {
      const { signal } = sender;
      if (!signal.hasSession(address)) await signal.openSession(address, companion.takePreKeyBundle());
      const { type, bytes } = await signal.encrypt(address, outgoing.message);
      const subject = { category: outgoing.attrs.category, message: outgoing.message, retries };
      // Signal's MAC stands at the end.
      if (faults.messages.strike(subject)) bytes[bytes.length - 1] = ~(bytes.at(-1) ?? 0) & 0xff;
      const count = retries > 0 ? String(retries) : undefined;
      const enc = element('enc', { v: '2', type, count }, bytes);
      return element(tag, { ...outgoing.attrs, id }, [...(outgoing.beside ?? []), enc]);
    },
    onAcknowledged: () => sender.signal.confirmSession(address),
    onRetry: () => sender.signal.forgetSession(address),
  });
}
