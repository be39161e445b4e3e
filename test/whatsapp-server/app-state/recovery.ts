import { aesDecrypt, proto } from '@whiskeysockets/baileys';
import protobuf from 'protobufjs/minimal.js';
import type { Collection } from './collection.js';
import type { EncryptedRecord } from './mutation.js';
import type { SyncKeys } from './sync-keys.js';

const VALUE_MAC_BYTES = 32;

/** Encodes all records of a collection in plaintext, as `SyncdSnapshotRecovery`, which Baileys' WAProto lacks. */
export function encodeRecovery(collection: Collection, keys: SyncKeys): Uint8Array {
  const writer = protobuf.Writer.create();
  const field = (number: number, bytes: Uint8Array) => writer.uint32((number << 3) | 2).bytes(bytes);
  field(1, proto.SyncdVersion.encode({ version: collection.version }).finish());
  field(2, Buffer.from(collection.name));
  for (const record of collection.records.values()) field(3, encodeRecord(record, keys));
  field(4, collection.ltHash);
  return writer.finish();
}

function encodeRecord({ blob, keyId, valueMac }: EncryptedRecord, keys: SyncKeys): Uint8Array {
  const key = keys.all.find(({ id }) => id.equals(keyId));
  if (!key) throw new Error('the sync key of this record does not exist');
  const data = aesDecrypt(blob.subarray(0, -VALUE_MAC_BYTES), Buffer.from(key.valueEncryption));
  const writer = protobuf.Writer.create();
  for (const [number, bytes] of [
    [1, data],
    [2, keyId],
    [3, valueMac],
  ] as const)
    writer.uint32((number << 3) | 2).bytes(bytes);
  return writer.finish();
}
