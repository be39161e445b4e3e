import {
  jidDecode,
  proto,
  type SignalKeyStoreWithTransaction,
  type UserFacingSocketConfig,
  unpadRandomMax16,
} from '@whiskeysockets/baileys';
import type { KeptData } from '../auth-state/auth-state.js';

type MakeSignalRepository = NonNullable<UserFacingSocketConfig['makeSignalRepository']>;

const { Type } = proto.Message.ProtocolMessage;

/**
 * Keeps what the phone tells this device alone, before the message counts as received.
 *
 * The phone sends sync keys and history announcements once, as Signal messages. Baileys acknowledges such a message
 * before it acts on it, and decrypting it a second time is not possible. So decrypting and keeping are made one
 * database transaction: the Signal session moves on if, and only if, the content is kept.
 * @param make Baileys' own repository, to which everything else is left
 * @param own users (digits) of the account: by number and by LID
 * @param messageId of the message that is being decrypted; empty: not known
 * @param failed is told of content that cannot be read
 */
export function keepPeerMessages(
  make: MakeSignalRepository,
  own: () => (string | undefined)[],
  messageId: () => string,
  failed: (error: unknown) => void,
): MakeSignalRepository {
  return (auth, logger, pnToLid) => {
    const repository = make(auth, logger, pnToLid);
    const keys = auth.keys as SignalKeyStoreWithTransaction;
    return {
      ...repository,
      decryptMessage: (message) => {
        if (!own().includes(jidDecode(message.jid)?.user)) return repository.decryptMessage(message);
        return keys.transaction(async () => {
          const plaintext = await repository.decryptMessage(message);
          const kept = readPeerMessage(plaintext, messageId(), failed);
          if (kept) await keys.set(kept);
          return plaintext;
        }, message.jid);
      },
    };
  };
}

/** @returns what is to be kept, by type and id; null when it is a message of another kind */
function readPeerMessage(
  plaintext: Uint8Array,
  messageId: string,
  failed: (error: unknown) => void,
): KeptData | null {
  try {
    const decoded = proto.Message.decode(unpadRandomMax16(plaintext));
    const protocol = (decoded.deviceSentMessage?.message ?? decoded).protocolMessage;
    if (protocol?.type === Type.APP_STATE_SYNC_KEY_SHARE) return syncKeys(protocol);
    if (protocol?.type === Type.HISTORY_SYNC_NOTIFICATION) return historyNotification(protocol, messageId);
    if (protocol?.type === Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE) return recovery(protocol);
  } catch (error) {
    failed(error);
  }
  return null;
}

function syncKeys({ appStateSyncKeyShare }: proto.Message.IProtocolMessage): KeptData {
  const shared = (appStateSyncKeyShare?.keys ?? []).flatMap(({ keyId, keyData }) =>
    keyId?.keyId?.length && keyData?.keyData?.length
      ? [[Buffer.from(keyId.keyId).toString('base64'), keyData] as const]
      : [],
  );
  return { 'app-state-sync-key': Object.fromEntries(shared) };
}

function historyNotification(
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
