import { proto } from '@whiskeysockets/baileys';
import { forEachField } from './protobuf-fields.js';

const { Type } = proto.Message.ProtocolMessage;

/** Field numbers of `Message`, `ProtocolMessage` and its content in WAProto. */
const DEVICE_SENT_MESSAGE = 31;
const SENT_MESSAGE = 2;
const PROTOCOL_MESSAGE = 12;
const TYPE = 2;
const CONTENT: Partial<Record<number, number>> = {
  [Type.HISTORY_SYNC_NOTIFICATION]: 6,
  [Type.APP_STATE_SYNC_KEY_SHARE]: 7,
  [Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE]: 17,
};
const OPERATION_RESULT = 3;
const RECOVERY_RESPONSE = 8;
const COLLECTION_SNAPSHOT = 1;

/** Phones share a few dozen keys of about 100 bytes. */
const MAX_KEY_SHARE_BYTES = 128 * 1024;

export type SyncKeyData = proto.Message.IAppStateSyncKeyData;

/** Content of a peer message that this service handles. */
export type PeerContent =
  | { kind: 'sync-keys'; keys: Map<string, SyncKeyData> }
  /** `HistorySyncNotification`, encoded */
  | { kind: 'history'; notification: Uint8Array }
  /** Records of a collection, as sent by the phone */
  | { kind: 'recovery'; records: Uint8Array };

/**
 * Reads a decrypted peer message, without its padding.
 *
 * A message can have up to 16 MB, and decoding all fields of a malicious one would take many seconds and gigabytes of
 * memory. Therefore only the necessary fields are read.
 *
 * @returns null for messages of other kinds
 * @throws RangeError if the bytes are truncated or not protobuf, or if the message has too many sync keys
 */
export function readPeerContent(bytes: Uint8Array): PeerContent | null {
  const sent = lastField(bytes, DEVICE_SENT_MESSAGE);
  const message = (sent && lastField(sent, SENT_MESSAGE)) ?? bytes;
  const protocol = lastField(message, PROTOCOL_MESSAGE);
  if (!protocol) return null;
  const type = lastNumber(protocol, TYPE);
  const field = type === null ? undefined : CONTENT[type];
  const content = field === undefined ? null : lastField(protocol, field);
  if (!content) return null;
  if (type === Type.HISTORY_SYNC_NOTIFICATION) {
    // Only notifications that can be read are stored.
    proto.Message.HistorySyncNotification.decode(content);
    return { kind: 'history', notification: content };
  }
  if (type === Type.APP_STATE_SYNC_KEY_SHARE) return { kind: 'sync-keys', keys: readKeys(content) };
  const records = recordsIn(content);
  return records && { kind: 'recovery', records };
}

function readKeys(content: Uint8Array): Map<string, SyncKeyData> {
  if (content.length > MAX_KEY_SHARE_BYTES)
    throw new RangeError(`A share of sync keys has more than ${MAX_KEY_SHARE_BYTES} bytes`);
  const { keys } = proto.Message.AppStateSyncKeyShare.decode(content);
  return new Map(
    (keys ?? []).flatMap(({ keyId, keyData }) =>
      keyId?.keyId?.length && keyData?.keyData?.length
        ? [[Buffer.from(keyId.keyId).toString('base64'), keyData] as const]
        : [],
    ),
  );
}

/** Returns the first collection in the response from the phone; null if there is none. */
function recordsIn(response: Uint8Array): Uint8Array | null {
  let records: Uint8Array | null = null;
  forEachField(response, (field, content) => {
    if (field !== OPERATION_RESULT || records) return;
    const recovery = lastField(content(), RECOVERY_RESPONSE);
    records = recovery && lastField(recovery, COLLECTION_SNAPSHOT);
  });
  return records;
}

/** Returns the last occurrence of a field, which takes precedence in protobuf; null if it is missing. */
function lastField(bytes: Uint8Array, wanted: number): Uint8Array | null {
  let found: Uint8Array | null = null;
  forEachField(bytes, (field, content) => {
    if (field === wanted) found = content();
  });
  return found;
}

function lastNumber(bytes: Uint8Array, wanted: number): number | null {
  let found: number | null = null;
  forEachField(
    bytes,
    () => {},
    (field, value) => {
      if (field === wanted) found = value;
    },
  );
  return found;
}
