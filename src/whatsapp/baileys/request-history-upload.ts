import {
  type BinaryNode,
  encryptMediaRetryRequest,
  jidNormalizedUser,
  type WASocket,
} from '@whiskeysockets/baileys';

/**
 * Requests the phone to upload a part of its history again, because the file is gone from the media server. The phone
 * then sends a new history notification.
 *
 * Stanza: `<receipt type="server-error" category="peer"><encrypt/></receipt>`, as sent by whatsmeow's
 * `SendHistorySyncServerErrorReceipt`. Baileys' receipt is for media of chats: its `<rmr/>` identifies the chat.
 * Whether the phone responds can be verified only with a real phone.
 */
export async function requestHistoryUpload(
  socket: WASocket,
  { messageId, mediaKey }: { messageId: string; mediaKey: Uint8Array },
): Promise<void> {
  const own = jidNormalizedUser(socket.authState.creds.me?.id);
  const receipt = encryptMediaRetryRequest({ id: messageId, remoteJid: own, fromMe: true }, mediaKey, own);
  const content = (receipt.content as BinaryNode[]).filter(({ tag }) => tag === 'encrypt');
  await socket.sendNode({ ...receipt, attrs: { ...receipt.attrs, category: 'peer' }, content });
}
