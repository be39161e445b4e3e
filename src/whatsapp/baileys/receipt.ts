import type { BinaryNode } from '@whiskeysockets/baileys';

/**
 * Returns the receipt for a message, of type `sender` if this account sent the message from another device.
 *
 * Stanza: `<receipt id to [recipient] [participant] type/>`, as built by whatsmeow's `buildBaseReceipt`. Baileys' `sendReceipt`
 * omits `to` for own messages that are addressed by number.
 */
export function receiptFor({ attrs }: BinaryNode, type: 'sender'): BinaryNode {
  const { id = '', from = '', recipient, participant } = attrs;
  return {
    tag: 'receipt',
    attrs: { id, to: from, type, ...(recipient && { recipient }), ...(participant && { participant }) },
  };
}
