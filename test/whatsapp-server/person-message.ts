import type { BinaryNode, proto } from '@whiskeysockets/baileys';
import type { Companion } from './companion.js';
import type { Faults } from './faults.js';
import type { PersonKeys } from './person-keys.js';
import { element, newStanzaId } from './stanza.js';

/** A message before it is encrypted. */
export interface OutgoingMessage {
  /** default: a new id */
  readonly id?: string;
  /** default: `message`; encrypted statuses arrive as `status` since July 2026 (whatsapp-rust #1101) */
  readonly tag?: 'message' | 'status' | 'appdata';
  /** attributes of the stanza, without `id` */
  readonly attrs: Readonly<Record<string, string | undefined>>;
  readonly message: proto.IMessage;
  /** elements next to `<enc>`, such as the verified name */
  readonly others?: readonly BinaryNode[];
}

/**
 * Sends a Signal message from an account to a companion. It is queued while the companion is offline. It is encrypted
 * at the first delivery, and again in a new session if the companion sends a retry receipt.
 * @param faults can garble the message
 * @returns resolves when the companion has sent its receipt
 * @throws NotAcknowledgedError if the companion cannot decrypt it and does not retry
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
      // The last bytes are Signal's MAC.
      if (faults.messages.strike(subject)) bytes[bytes.length - 1] = ~(bytes.at(-1) ?? 0) & 0xff;
      const count = retries > 0 ? String(retries) : undefined;
      const enc = element('enc', { v: '2', type, count }, bytes);
      return element(tag, { ...outgoing.attrs, id }, [...(outgoing.others ?? []), enc]);
    },
    onAcknowledged: () => sender.signal.confirmSession(address),
    onRetry: () => sender.signal.forgetSession(address),
  });
}
