import type { BinaryNode } from '@whiskeysockets/baileys';

/**
 * Returns the receipt for a message: `sender` if this account sent the message from another device, `inactive` for messages of others, as
 * a device that is not in use sends them.
 *
 * Stanza: `<receipt id to [recipient] [participant] type/>`, as built by whatsmeow's `buildBaseReceipt`. Baileys' `sendReceipt`
 * omits `to` for own messages that are addressed by number.
 */
export function receiptFor({ attrs }: BinaryNode, type: 'sender' | 'inactive'): BinaryNode {
  const { id = '', from = '', recipient, participant } = attrs;
  return {
    tag: 'receipt',
    attrs: { id, to: from, type, ...(recipient && { recipient }), ...(participant && { participant }) },
  };
}
