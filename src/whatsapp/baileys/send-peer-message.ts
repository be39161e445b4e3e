import {
  type BinaryNode,
  encodeSignedDeviceIdentity,
  encodeWAMessage,
  generateMessageIDV2,
  jidNormalizedUser,
  proto,
  type WASocket,
} from '@whiskeysockets/baileys';
import { findOwnDevices } from './own-devices.js';

const { APP_STATE_SYNC_KEY_REQUEST } = proto.Message.ProtocolMessage.Type;

/** Sends a message to the account's phone only. Resolves when WhatsApp has acknowledged it. */
export async function sendToPhone(socket: WASocket, message: proto.IMessage): Promise<void> {
  await sendToDevice(socket, phoneOf(socket), message);
}

/**
 * Sends a message to every other device of the account, or to the phone only if WhatsApp does not list the devices.
 * Resolves when WhatsApp has acknowledged at least one copy.
 *
 * @throws the first error if no copy could be sent
 */
export async function sendToOwnDevices(socket: WASocket, message: proto.IMessage): Promise<void> {
  const devices = await findOwnDevices(socket).catch(() => [phoneOf(socket)]);
  const results = await Promise.allSettled(devices.map((jid) => sendToDevice(socket, jid, message)));
  const failed = results.filter((result) => result.status === 'rejected');
  if (failed.length === results.length)
    throw failed[0]?.reason ?? new Error('The account has no other device');
}

/**
 * Sends a peer message to one device.
 *
 * Stanza: `<message category="peer"><meta appdata="default"/><enc/></message>`, as sent by whatsmeow's
 * `preparePeerMessageNode`, with `push_priority="high"` for requests for sync keys only. Baileys'
 * `sendPeerDataOperationMessage` supports only one kind of content, and wraps it as if it were sent to a contact.
 * Whether devices respond can be verified only with real devices.
 */
async function sendToDevice(socket: WASocket, jid: string, message: proto.IMessage): Promise<void> {
  const { authState, signalRepository } = socket;
  const { me, account } = authState.creds;
  await socket.assertSessions([jid]);
  const data = encodeWAMessage(message);
  const { type, ciphertext } = await signalRepository.encryptMessage({ jid, data });
  const content: BinaryNode[] = [
    { tag: 'meta', attrs: { appdata: 'default' } },
    { tag: 'enc', attrs: { v: '2', type }, content: ciphertext },
  ];
  if (type === 'pkmsg' && account)
    content.push({ tag: 'device-identity', attrs: {}, content: encodeSignedDeviceIdentity(account, true) });
  const isKeyRequest = message.protocolMessage?.type === APP_STATE_SYNC_KEY_REQUEST;
  const attrs = {
    id: generateMessageIDV2(me?.id),
    to: jid,
    type: 'text',
    category: 'peer',
    ...(isKeyRequest && { push_priority: 'high' }),
  };
  await socket.query({ tag: 'message', attrs, content });
}

function phoneOf({ authState }: WASocket): string {
  return jidNormalizedUser(authState.creds.me?.id);
}
