import type { BinaryNode } from '@whiskeysockets/baileys';

/**
 * The receipt for a message: `sender` if this account has sent it from another device, `inactive` from a device that is not in use.
 *
 * Stanza: `<receipt id to [recipient] [participant] type/>`, as whatsmeow's `buildBaseReceipt` forms it. Baileys' `sendReceipt`
 * leaves out `to` for own messages that are addressed by number.
 */
export function receiptFor({ attrs }: BinaryNode, type: 'sender' | 'inactive'): BinaryNode {
  const { id = '', from = '', recipient, participant } = attrs;
  return {
    tag: 'receipt',
    attrs: { id, to: from, type, ...(recipient && { recipient }), ...(participant && { participant }) },
  };
}
