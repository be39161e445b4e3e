import { aesDecrypt, aesEncrypt, hmacSign, proto } from '@whiskeysockets/baileys';
import type { SyncKey } from './sync-keys.js';

const { SyncdOperation } = proto.SyncdMutation;
const VALUE_MAC_BYTES = 32;

/** A change of one record, in plaintext. */
export interface PlainMutation {
  readonly operation: proto.SyncdMutation.SyncdOperation;
  /** key of the record: `["contact", "491701234567@s.whatsapp.net"]` */
  readonly index: readonly string[];
  readonly value: proto.ISyncActionValue;
  /** version of the action's format; 2 for contacts */
  readonly actionVersion: number;
}

/** A record as stored by the server. */
export interface EncryptedRecord {
  readonly indexMac: Buffer;
  /** ciphertext followed by the value MAC */
  readonly blob: Buffer;
  readonly valueMac: Buffer;
  readonly keyId: Buffer;
}

/** An encrypted change of one record. */
export interface EncryptedMutation extends EncryptedRecord {
  readonly operation: proto.SyncdMutation.SyncdOperation;
}

/**
 * Computes the HMAC-SHA512 of operation, key id, ciphertext and the length of the first two, truncated to 32 bytes
 * (`generateMac` in Baileys' `chat-utils`).
 */
function valueMac(mutation: PlainMutation, ciphertext: Buffer, key: SyncKey): Buffer {
  const operation = mutation.operation === SyncdOperation.SET ? 0x01 : 0x02;
  const keyData = Buffer.concat([Buffer.from([operation]), key.id]);
  const length = Buffer.alloc(8);
  length.writeUInt8(keyData.length, 7);
  return hmacSign(Buffer.concat([keyData, ciphertext, length]), key.valueMac, 'sha512').subarray(0, 32);
}

/** Encrypts a mutation with a sync key. */
export function encryptMutation(mutation: PlainMutation, key: SyncKey): EncryptedMutation {
  const index = Buffer.from(JSON.stringify(mutation.index));
  const plaintext = proto.SyncActionData.encode({
    index,
    value: mutation.value,
    padding: new Uint8Array(0),
    version: mutation.actionVersion,
  }).finish();
  const ciphertext = aesEncrypt(plaintext, key.valueEncryption);
  const mac = valueMac(mutation, ciphertext, key);
  return {
    operation: mutation.operation,
    indexMac: hmacSign(index, key.index),
    blob: Buffer.concat([ciphertext, mac]),
    valueMac: mac,
    keyId: key.id,
  };
}

/** Converts a mutation that a companion has uploaded. */
export function uploadedMutation({ operation, record }: proto.ISyncdMutation): EncryptedMutation {
  const blob = Buffer.from(record?.value?.blob ?? []);
  return {
    operation: operation ?? SyncdOperation.SET,
    indexMac: Buffer.from(record?.index?.blob ?? []),
    blob,
    valueMac: blob.subarray(-VALUE_MAC_BYTES),
    keyId: Buffer.from(record?.keyId?.id ?? []),
  };
}

/** Decrypts a mutation. The MACs are not verified. */
export function decryptMutation({ operation, blob }: EncryptedMutation, key: SyncKey): PlainMutation {
  const plaintext = aesDecrypt(blob.subarray(0, -VALUE_MAC_BYTES), key.valueEncryption);
  const { index, value, version } = proto.SyncActionData.decode(plaintext);
  const parsed = JSON.parse(Buffer.from(index ?? []).toString('utf8')) as string[];
  return { operation, index: parsed, value: value ?? {}, actionVersion: version ?? 0 };
}

/** Encodes a record for a snapshot or a mutation. */
export function recordMessage(record: EncryptedRecord): proto.ISyncdRecord {
  return { index: { blob: record.indexMac }, value: { blob: record.blob }, keyId: { id: record.keyId } };
}
