import {
  type BinaryNode,
  encryptMediaRetryRequest,
  jidNormalizedUser,
  type WASocket,
} from '@whiskeysockets/baileys';

/**
 * Asks the phone to upload a part of its history again, whose file is gone from the media server; it then announces it anew.
 *
 * Stanza: `<receipt type="server-error" category="peer"><encrypt/></receipt>`, as sent by whatsmeow's
 * `SendHistorySyncServerErrorReceipt`. Baileys' form is the one for media of chats, whose `<rmr/>` names the chat. Only the real
 * phone can confirm that it answers by a new announcement.
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
