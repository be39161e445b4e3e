import type { BinaryNode } from '@whiskeysockets/baileys';

/**
 * Returns the receipt for a message: `sender` if this account has sent it from another device, otherwise `inactive`, as
 * sent by a device that is not in use.
 *
 * Stanza: `<receipt id to [recipient] [participant] type/>`, as built by whatsmeow's `buildBaseReceipt`. Baileys'
 * `sendReceipt` omits `to` for own messages that are addressed by number.
 */
export function receiptFor({ attrs }: BinaryNode, type: 'sender' | 'inactive'): BinaryNode {
  const { id = '', from = '', recipient, participant } = attrs;
  return {
    tag: 'receipt',
    attrs: { id, to: from, type, ...(recipient && { recipient }), ...(participant && { participant }) },
  };
}
