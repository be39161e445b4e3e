import type { MediaReference } from '../wire/media-file.js';
import { forEachField } from '../wire/protobuf-fields.js';
import type { EncryptedMutation, Operation } from './app-state-crypto.js';
import { CorruptAppState } from './app-state-errors.js';

/** Changes from one version to the next. */
export interface Patch {
  version: number;
  keyId: string;
  snapshotMac: Uint8Array;
  patchMac: Uint8Array | null;
  /** Reason why the phone abandoned the collection; null if it did not. */
  exitCode: number | null;
  mutations: EncryptedMutation[];
}

/** A patch, and the reference to the rest of its mutations, if it does not contain all of them. */
export interface InlinePatch extends Patch {
  external: MediaReference | null;
}

/** Field numbers in Baileys' WAProto. */
const PATCH = {
  version: 1,
  mutation: 2,
  external: 3,
  snapshotMac: 4,
  patchMac: 5,
  keyId: 6,
  exitCode: 7,
};
const MUTATION = { operation: 1, record: 2 };
const RECORD = { index: 1, value: 2, keyId: 3 };
const REFERENCE = { mediaKey: 1, directPath: 2, fileSizeBytes: 4, fileEncSha256: 6 };
/** The number of the only field of `SyncdIndex`, `SyncdValue`, `KeyId`, `SyncdVersion`; `ExitCode.code`. */
const FIRST = 1;
const REMOVE = 1;
const MAC_BYTES = 32;

/** A patch with more mutations is replaced by a snapshot. Phones send a few hundred at once. */
export const MAX_MUTATIONS = 20_000;

/** @throws CorruptAppState */
export function readPatch(bytes: Uint8Array): InlinePatch {
  return reading('patch', () => {
    const parts: Record<number, Uint8Array | undefined> = {};
    const mutations: EncryptedMutation[] = [];
    forEachField(bytes, (field, content) => {
      if (field === PATCH.mutation) mutations.push(readMutation(content()));
      else parts[field] = content();
      requireFewMutations(mutations.length);
    });
    const { [PATCH.external]: external, [PATCH.exitCode]: exitCode } = parts;
    return {
      version: readVersion(parts[PATCH.version]),
      keyId: readKeyId(parts[PATCH.keyId]),
      snapshotMac: parts[PATCH.snapshotMac] ?? new Uint8Array(),
      patchMac: parts[PATCH.patchMac] ?? null,
      // WhatsApp's clients ignore an exit code of 0.
      exitCode: exitCode ? numberOf(exitCode) || null : null,
      mutations,
      external: external ? readReference(external) : null,
    };
  });
}

/** @throws CorruptAppState */
export function requireFewMutations(count: number): void {
  if (count > MAX_MUTATIONS) throw new CorruptAppState(`A patch has more than ${MAX_MUTATIONS} mutations`);
}

/** Reads `SyncdMutation`. @throws CorruptAppState */
export function readMutation(bytes: Uint8Array): EncryptedMutation {
  return reading('mutation', () => {
    let operation: Operation = 'SET';
    let record: Uint8Array | undefined;
    forEachField(
      bytes,
      (field, content) => {
        if (field === MUTATION.record) record = content();
      },
      (field, value) => {
        if (field === MUTATION.operation && value === REMOVE) operation = 'REMOVE';
      },
    );
    return readRecord(operation, record ?? new Uint8Array());
  });
}

/** Reads `SyncdRecord`. @throws CorruptAppState if it is incomplete */
export function readRecord(operation: Operation, bytes: Uint8Array): EncryptedMutation {
  return reading('record', () => {
    const parts: Record<number, Buffer | undefined> = {};
    forEachField(bytes, (field, content) => (parts[field] = bytesOf(content())));
    const { [RECORD.index]: indexMac, [RECORD.value]: blob, [RECORD.keyId]: keyId } = parts;
    if (!indexMac?.length || !blob || !keyId || blob.length <= MAC_BYTES)
      throw new CorruptAppState('A record lacks its index, value or key id');
    return {
      operation,
      keyId: keyId.toString('base64'),
      indexMac,
      ciphertext: blob.subarray(0, -MAC_BYTES),
      valueMac: blob.subarray(-MAC_BYTES),
    };
  });
}

/** Reads `ExternalBlobReference`. @throws CorruptAppState */
export function readReference(bytes: Uint8Array): MediaReference {
  return reading('file reference', () => {
    const parts: Record<number, Buffer | undefined> = {};
    const numbers: Record<number, number> = {};
    forEachField(
      bytes,
      (field, content) => (parts[field] = Buffer.from(content())),
      (field, value) => (numbers[field] = value),
    );
    return {
      bytes: numbers[REFERENCE.fileSizeBytes] ?? Infinity,
      mediaKey: parts[REFERENCE.mediaKey] ?? null,
      directPath: parts[REFERENCE.directPath]?.toString() ?? null,
      fileEncSha256: parts[REFERENCE.fileEncSha256] ?? null,
    };
  });
}

/** Runs a parser; any error that it throws means that the message is corrupt. */
function reading<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof CorruptAppState) throw cause;
    throw new CorruptAppState(`A ${name} cannot be read`, { cause });
  }
}

function readVersion(bytes: Uint8Array | undefined): number {
  return requireVersion(bytes ? numberOf(bytes) : Number.NaN);
}

/** @throws CorruptAppState if the version is missing or not an integer */
export function requireVersion(version: number | undefined): number {
  if (version !== undefined && Number.isSafeInteger(version)) return version;
  throw new CorruptAppState('A snapshot or patch has no version');
}

function readKeyId(bytes: Uint8Array | undefined): string {
  const id = bytes && bytesOf(bytes);
  if (!id?.length) throw new CorruptAppState('A snapshot or patch has no key id');
  return id.toString('base64');
}

function bytesOf(message: Uint8Array): Buffer {
  let bytes = Buffer.alloc(0);
  forEachField(message, (field, content) => {
    if (field === FIRST) bytes = Buffer.from(content());
  });
  return bytes;
}

function numberOf(message: Uint8Array): number {
  let number = 0;
  forEachField(
    message,
    () => {},
    (field, value) => {
      if (field === FIRST) number = value;
    },
  );
  return number;
}
