import { Logger } from '@nestjs/common';
import {
  type BinaryNode,
  getBinaryNodeChild,
  getBinaryNodeChildren,
  jidDecode,
  MISSING_KEYS_ERROR_TEXT,
  proto,
  unpadRandomMax16,
  type WASocket,
} from '@whiskeysockets/baileys';
import { accountKeyOf, type KeptData } from '../auth-state/auth-state.js';
import { deviceOf, senderOf } from '../wire/stanza-sender.js';
import { bytesOf } from '../wire/stanza-values.js';
import { identityKeyOfPreKeyMessage } from '../wire/pre-key-message.js';
import { identityKeysOfSession, isDeviceOfAccount } from './own-identity.js';

const { Type } = proto.Message.ProtocolMessage;

/** One encrypted part of a message, as Baileys' Signal repository takes it. */
interface Ciphertext {
  jid: string;
  type: 'pkmsg' | 'msg';
  ciphertext: Uint8Array;
}

/**
 * What reading a peer message has led to:
 * - `read`: its content is stored, now or when it arrived before, or is of no use here
 * - `unreadable`: it cannot be decrypted, and the sender can encrypt it again
 * - `untrusted`: it was encrypted by somebody other than the device that it claims to come from
 */
export interface ReadPeerMessage {
  outcome: 'read' | 'unreadable' | 'untrusted';
  announcesHistory: boolean;
}

/**
 * Reads the messages that devices of the account send to this device alone: sync keys, announcements of history, and
 * collections that were requested. No other message is decrypted here.
 *
 * A device sends them once, as Signal messages, and a Signal message cannot be decrypted a second time. So decrypting and
 * storing are one database transaction: the Signal session moves on if, and only if, the content is stored.
 *
 * Who sent the message is decided twice: by the stanza (`isPeerMessage`), before anything else is done with it, and by
 * the identity key of the Signal session. The phone's is the key that signed the link; another companion proves its own
 * with `<device-identity>`, which the phone's key has signed.
 */
export class PeerMessages {
  private readonly logger = new Logger(PeerMessages.name);

  constructor(private readonly socket: WASocket) {}

  async read(stanza: BinaryNode): Promise<ReadPeerMessage> {
    const result: ReadPeerMessage = { outcome: 'read', announcesHistory: false };
    const jid = this.signalJidOf(stanza);
    for (const part of getBinaryNodeChildren(stanza, 'enc')) {
      const { type } = part.attrs;
      // A frame limits it to 16 MB: history can be part of its announcement.
      const ciphertext = part.content instanceof Uint8Array ? part.content : null;
      if (!ciphertext || (type !== 'pkmsg' && type !== 'msg')) return { ...result, outcome: 'unreadable' };
      const encrypted = { jid, type, ciphertext } as const;
      const isFromSender = await this.isFromSender(stanza, encrypted);
      if (!isFromSender) return { ...result, outcome: isFromSender === null ? 'unreadable' : 'untrusted' };
      try {
        const stored = await this.decryptAndStore(stanza, encrypted);
        result.announcesHistory ||= Boolean(stored?.['history-notification']);
      } catch (error) {
        if ((error as Error).message !== MISSING_KEYS_ERROR_TEXT) return { ...result, outcome: 'unreadable' };
      }
    }
    return result;
  }

  /** Signal sessions with the account's devices are stored under its LID, as soon as it is known. */
  private signalJidOf(stanza: BinaryNode): string {
    const sender = senderOf(stanza) ?? '';
    const lid = jidDecode(this.socket.authState.creds.me?.lid)?.user;
    const device = deviceOf(sender);
    return lid ? `${lid}${device > 0 ? `:${device}` : ''}@lid` : sender;
  }

  /** @returns null if the message does not even say with which key it was encrypted */
  private async isFromSender(
    stanza: BinaryNode,
    { jid, type, ciphertext }: Ciphertext,
  ): Promise<boolean | null> {
    const { creds, keys } = this.socket.authState;
    const accountKey = accountKeyOf(creds);
    if (!accountKey) return false;
    const isPhone = deviceOf(jid) === 0;
    if (type === 'pkmsg') {
      const key = identityKeyOfPreKeyMessage(ciphertext);
      if (!key || isPhone) return key && key.equals(accountKey);
      return isDeviceOfAccount(key, bytesOf(getBinaryNodeChild(stanza, 'device-identity')), accountKey);
    }
    // A session with another companion began with a message that was checked as above.
    if (!isPhone) return true;
    const address = this.socket.signalRepository.jidToSignalProtocolAddress(jid);
    const { [address]: session } = await keys.get('session', [address]);
    return identityKeysOfSession(session).every((key) => key.equals(accountKey));
  }

  /** @returns what was stored; null if the message has nothing to store */
  private async decryptAndStore(stanza: BinaryNode, encrypted: Ciphertext): Promise<KeptData | null> {
    const { signalRepository, authState } = this.socket;
    return authState.keys.transaction(async () => {
      const plaintext = await signalRepository.decryptMessage(encrypted);
      const content = this.contentOf(stanza, plaintext);
      if (content) await authState.keys.set(content);
      return content;
    }, encrypted.jid);
  }

  private contentOf(stanza: BinaryNode, plaintext: Uint8Array): KeptData | null {
    const isPhone = deviceOf(senderOf(stanza) ?? '') === 0;
    try {
      const decoded = proto.Message.decode(unpadRandomMax16(plaintext));
      const message = (decoded.deviceSentMessage?.message ?? decoded).protocolMessage;
      if (message?.type === Type.APP_STATE_SYNC_KEY_SHARE) return syncKeys(message);
      // Companions share keys, but only the phone has the history and the collections.
      if (!message || !isPhone) return null;
      if (message.type === Type.HISTORY_SYNC_NOTIFICATION) return history(message, stanza.attrs.id ?? '');
      if (message.type === Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE) return recovery(message);
    } catch (err) {
      this.logger.warn({ err, messageId: stanza.attrs.id }, 'Failed to parse peer message');
    }
    return null;
  }
}

function syncKeys({ appStateSyncKeyShare }: proto.Message.IProtocolMessage): KeptData {
  const shared = (appStateSyncKeyShare?.keys ?? []).flatMap(({ keyId, keyData }) =>
    keyId?.keyId?.length && keyData?.keyData?.length
      ? [[Buffer.from(keyId.keyId).toString('base64'), keyData] as const]
      : [],
  );
  return { 'app-state-sync-key': Object.fromEntries(shared) };
}

function history(
  { historySyncNotification }: proto.Message.IProtocolMessage,
  messageId: string,
): KeptData | null {
  if (!historySyncNotification) return null;
  const bytes = proto.Message.HistorySyncNotification.encode(historySyncNotification).finish();
  return { 'history-notification': { [messageId]: bytes } };
}

/** All records of a collection, which the phone was asked for. */
function recovery({
  peerDataOperationRequestResponseMessage: response,
}: proto.Message.IProtocolMessage): KeptData | null {
  const [records] = (response?.peerDataOperationResult ?? []).flatMap(
    ({ syncdSnapshotFatalRecoveryResponse }) => syncdSnapshotFatalRecoveryResponse?.collectionSnapshot ?? [],
  );
  return records ? { 'snapshot-recovery': { new: records } } : null;
}
