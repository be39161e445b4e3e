import {
  type BinaryNode,
  encodeSignedDeviceIdentity,
  encodeWAMessage,
  generateMessageIDV2,
  jidNormalizedUser,
  type proto,
  type WASocket,
} from '@whiskeysockets/baileys';

/**
 * Writes a message to the account's phone that is for the phone alone. Resolves when WhatsApp has it.
 *
 * Stanza: `<message category="peer" push_priority="high"><meta appdata="default"/><enc/></message>`, as sent by whatsmeow's
 * `sendPeerMessage`. Baileys has `sendPeerDataOperationMessage` for one kind of content only, and wraps it as if it were
 * sent to somebody else. Only the real phone can confirm that it answers.
 */
export async function writeToPhone(socket: WASocket, message: proto.IMessage): Promise<void> {
  const { authState, signalRepository } = socket;
  const { me, account } = authState.creds;
  const phone = jidNormalizedUser(me?.id);
  await socket.assertSessions([phone]);
  const data = encodeWAMessage(message);
  const { type, ciphertext } = await signalRepository.encryptMessage({ jid: phone, data });
  const content: BinaryNode[] = [
    { tag: 'meta', attrs: { appdata: 'default' } },
    { tag: 'enc', attrs: { v: '2', type }, content: ciphertext },
  ];
  if (type === 'pkmsg' && account)
    content.push({ tag: 'device-identity', attrs: {}, content: encodeSignedDeviceIdentity(account, true) });
  const attrs = {
    id: generateMessageIDV2(me?.id),
    to: phone,
    type: 'text',
    category: 'peer',
    push_priority: 'high',
  };
  await socket.query({ tag: 'message', attrs, content });
}
