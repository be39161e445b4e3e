import { createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { type ActionValue, readActionData } from './action-value.js';
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

/** An encrypted record of a snapshot or a patch. */
export interface EncryptedMutation {
  operation: Operation;
  /** Base64. */
  keyId: string;
  indexMac: Buffer;
  /** Encrypted `SyncActionData`, without the MAC that follows it on the wire. */
  ciphertext: Buffer;
  valueMac: Buffer;
}

/** A decrypted record whose MACs are valid. */
export interface Mutation {
  operation: Operation;
  indexMac: Buffer;
  valueMac: Buffer;
  /** For example `['contact', '491701234567@s.whatsapp.net']`. */
  index: string[];
  /** Null if the record has no action, for example in some removals. */
  value: ActionValue | null;
}

const MAC_BYTES = 32;
/** Maximum number of index parts to read; indexes of contacts have two. */
const MAX_INDEX_PARTS = 4;

/** Expands a sync key. Source: `mutationKeys` in Baileys' chat-utils, `expandAppStateKeys` in whatsmeow. */
export function expandMutationKeys(keyData: Uint8Array): MutationKeys {
  const expanded = Buffer.from(hkdfSync('sha256', keyData, Buffer.alloc(0), 'WhatsApp Mutation Keys', 160));
  const [index, valueEncryption, valueMac, snapshotMac, patchMac] = [0, 32, 64, 96, 128].map((start) =>
    expanded.subarray(start, start + 32),
  ) as [Buffer, Buffer, Buffer, Buffer, Buffer];
  return { index, valueEncryption, valueMac, snapshotMac, patchMac };
}

/**
 * Verifies and decrypts a record.
 * @throws CorruptAppState if a MAC is wrong or the content cannot be read
 */
export function decryptMutation(encrypted: EncryptedMutation, keys: MutationKeys): Mutation {
  const { operation, indexMac, valueMac, ciphertext } = encrypted;
  requireMac(valueMacOf(encrypted, keys.valueMac), valueMac, 'value MAC of a record');
  const { index, value } = readActionData(decryptValue(ciphertext, keys.valueEncryption));
  requireMac(hmac(index, keys.index), indexMac, 'index MAC of a record');
  return { operation, indexMac, valueMac, index: readIndex(index), value };
}

/** AES-256-CBC; the first 16 bytes are the IV. */
function decryptValue(ciphertext: Buffer, key: Buffer): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-cbc', key, ciphertext.subarray(0, 16));
    return Buffer.concat([decipher.update(ciphertext.subarray(16)), decipher.final()]);
  } catch (cause) {
    throw new CorruptAppState('A record cannot be decrypted', { cause });
  }
}

/** Returns the MAC that identifies the record with this index. */
export function indexMacOf(index: Uint8Array, keys: Pick<MutationKeys, 'index'>): Buffer {
  return hmac(index, keys.index);
}

/** Returns the parts of an index; none if it is not a list, as in unknown kinds of records. */
export function readIndex(bytes: Uint8Array): string[] {
  try {
    const index = JSON.parse(Buffer.from(bytes).toString()) as unknown;
    return Array.isArray(index) ? index.slice(0, MAX_INDEX_PARTS).map(String) : [];
  } catch {
    return [];
  }
}

/** HMAC-SHA512 over operation, key ID, ciphertext and a length. Source: `generateMac` in Baileys' chat-utils. */
function valueMacOf({ operation, keyId, ciphertext }: EncryptedMutation, key: Buffer): Buffer {
  const keyIdBytes = Buffer.from(keyId, 'base64');
  const length = Buffer.alloc(8);
  length.writeUInt8(keyIdBytes.length + 1, 7);
  const operationByte = Buffer.from([operation === 'SET' ? 1 : 2]);
  return hmac(Buffer.concat([operationByte, keyIdBytes, ciphertext, length]), key, 'sha512').subarray(
    0,
    MAC_BYTES,
  );
}

/** MAC over the LT hash of a collection at a version. */
export function snapshotMacOf(ltHash: Buffer, version: number, collection: string, key: Buffer): Buffer {
  return hmac(Buffer.concat([ltHash, uint64(version), Buffer.from(collection)]), key);
}

/** MAC over the resulting snapshot MAC and the value MAC of each mutation of a patch. */
export function patchMacOf(
  patch: { snapshotMac: Uint8Array; valueMacs: Buffer[]; version: number; collection: string },
  key: Buffer,
): Buffer {
  const { snapshotMac, valueMacs, version, collection } = patch;
  return hmac(Buffer.concat([snapshotMac, ...valueMacs, uint64(version), Buffer.from(collection)]), key);
}

/** @throws CorruptAppState if the MACs differ */
export function requireMac(expected: Uint8Array, actual: Uint8Array | null | undefined, name: string): void {
  if (!isMac(expected, actual)) throw new CorruptAppState(`The ${name} is wrong`);
}

export function isMac(expected: Uint8Array, actual: Uint8Array | null | undefined): boolean {
  return actual?.length === expected.length && timingSafeEqual(expected, actual);
}

function hmac(data: Uint8Array, key: Uint8Array, algorithm: 'sha256' | 'sha512' = 'sha256'): Buffer {
  return createHmac(algorithm, key).update(data).digest();
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
