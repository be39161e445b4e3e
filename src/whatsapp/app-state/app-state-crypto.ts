import { aesDecrypt, hkdf, hmacSign, proto } from '@whiskeysockets/baileys';
import { timingSafeEqual } from 'node:crypto';
import { CorruptAppState } from './app-state-errors.js';

/** The five keys that one app state sync key expands to, 32 bytes each. */
export interface MutationKeys {
  index: Buffer;
  valueEncryption: Buffer;
  valueMac: Buffer;
  snapshotMac: Buffer;
  patchMac: Buffer;
}

export type Operation = 'SET' | 'REMOVE';

/** A record as it stands in a snapshot or a patch, before it is opened. */
export interface EncryptedMutation {
  operation: Operation;
  /** Base64. */
  keyId: string;
  indexMac: Buffer;
  /** Encrypted `SyncActionData`, without the MAC that follows it on the wire. */
  ciphertext: Buffer;
  valueMac: Buffer;
}

/** A record whose MACs are right. */
export interface Mutation {
  operation: Operation;
  indexMac: Buffer;
  valueMac: Buffer;
  /** For example `['contact', '491701234567@s.whatsapp.net']`. */
  index: string[];
  /** What the record says; null when it holds no action, as some removals do. */
  value: proto.ISyncActionValue | null;
}

const MAC_BYTES = 32;

/** Source: `mutationKeys` of Baileys' chat-utils and `expandAppStateKeys` of whatsmeow. */
export function expandMutationKeys(keyData: Uint8Array): MutationKeys {
  const expanded = Buffer.from(hkdf(keyData, 160, { info: 'WhatsApp Mutation Keys' }));
  const [index, valueEncryption, valueMac, snapshotMac, patchMac] = [0, 32, 64, 96, 128].map((start) =>
    expanded.subarray(start, start + 32),
  ) as [Buffer, Buffer, Buffer, Buffer, Buffer];
  return { index, valueEncryption, valueMac, snapshotMac, patchMac };
}

/**
 * Takes a record apart. Missing pieces make it corrupt.
 * @throws CorruptAppState
 */
export function encryptedMutation(
  operation: Operation,
  record: proto.ISyncdRecord | null | undefined,
): EncryptedMutation {
  const { index, value, keyId } = record ?? {};
  if (!index?.blob || !value?.blob || !keyId?.id || value.blob.length <= MAC_BYTES) {
    throw new CorruptAppState('A record lacks its index, value or key id');
  }
  const blob = Buffer.from(value.blob);
  return {
    operation,
    keyId: Buffer.from(keyId.id).toString('base64'),
    indexMac: Buffer.from(index.blob),
    ciphertext: blob.subarray(0, -MAC_BYTES),
    valueMac: blob.subarray(-MAC_BYTES),
  };
}

/**
 * Verifies and decrypts a record.
 * @throws CorruptAppState when a MAC is wrong or the content cannot be read
 */
export function decryptMutation(encrypted: EncryptedMutation, keys: MutationKeys): Mutation {
  const { operation, indexMac, valueMac, ciphertext } = encrypted;
  requireMac(valueMacOf(encrypted, keys.valueMac), valueMac, 'value MAC of a record');
  const data = readSyncActionData(ciphertext, keys.valueEncryption);
  const indexBytes = Buffer.from(data.index ?? []);
  requireMac(hmacSign(indexBytes, keys.index), indexMac, 'index MAC of a record');
  return { operation, indexMac, valueMac, index: readIndex(indexBytes), value: data.value ?? null };
}

function readSyncActionData(ciphertext: Buffer, key: Buffer): proto.ISyncActionData {
  try {
    return proto.SyncActionData.decode(aesDecrypt(ciphertext, key));
  } catch (cause) {
    throw new CorruptAppState('A record cannot be decrypted', { cause });
  }
}

/** An index that is no list of texts belongs to a kind of record that we do not know. */
export function readIndex(bytes: Uint8Array): string[] {
  try {
    const index = JSON.parse(Buffer.from(bytes).toString()) as unknown;
    return Array.isArray(index) ? index.map(String) : [];
  } catch {
    return [];
  }
}

/** Source: `generateMac` of Baileys' chat-utils: HMAC-SHA512 over operation, key id, ciphertext and a length. */
function valueMacOf({ operation, keyId, ciphertext }: EncryptedMutation, key: Buffer): Buffer {
  const keyIdBytes = Buffer.from(keyId, 'base64');
  const length = Buffer.alloc(8);
  length.writeUInt8(keyIdBytes.length + 1, 7);
  const operationByte = Buffer.from([operation === 'SET' ? 1 : 2]);
  return hmacSign(Buffer.concat([operationByte, keyIdBytes, ciphertext, length]), key, 'sha512').subarray(
    0,
    MAC_BYTES,
  );
}

/** MAC over the LT hash of a collection at a version. */
export function snapshotMacOf(ltHash: Buffer, version: number, collection: string, key: Buffer): Buffer {
  return hmacSign(Buffer.concat([ltHash, uint64(version), Buffer.from(collection)]), key);
}

/** MAC over what a patch brings: the resulting snapshot MAC and the value MAC of each mutation. */
export function patchMacOf(
  patch: { snapshotMac: Uint8Array; valueMacs: Buffer[]; version: number; collection: string },
  key: Buffer,
): Buffer {
  const { snapshotMac, valueMacs, version, collection } = patch;
  return hmacSign(Buffer.concat([snapshotMac, ...valueMacs, uint64(version), Buffer.from(collection)]), key);
}

/** @throws CorruptAppState naming what is wrong */
export function requireMac(expected: Uint8Array, actual: Uint8Array | null | undefined, what: string): void {
  if (!isMac(expected, actual)) throw new CorruptAppState(`The ${what} is wrong`);
}

export function isMac(expected: Uint8Array, actual: Uint8Array | null | undefined): boolean {
  return actual?.length === expected.length && timingSafeEqual(expected, actual);
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
