import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { WantedMessages } from '../wire/field-stream.js';
import { InputRefused } from '../wire/input-refused.js';
import { forEachField } from '../wire/protobuf-fields.js';
import { readActionData } from './action-value.js';
import { indexMacOf, type Mutation, readIndex } from './app-state-crypto.js';
import { CorruptAppState, MissingSyncKey } from './app-state-errors.js';
import type { FindMutationKeys } from './page-verifier.js';
import { RecordList } from './record-list.js';
import { RecordStream } from './record-stream.js';
import type { WholeCollection } from './snapshot-reader.js';
import { requireVersion } from './syncd-messages.js';

const GZIP = Buffer.from([0x1f, 0x8b]);
/** Uncompressed. Messages with a response have at most 16 MB. */
const MAX_BYTES = 128 * 1024 * 1024;

/**
 * Field numbers of `SyncdSnapshotRecovery` and `SyncdPlainTextRecord`, which Baileys' WAProto lacks (whatsmeow has
 * them).
 */
const RECOVERY = { version: 1, collection: 2, record: 3, ltHash: 4 };
const RECORD = { data: 1, keyId: 2, valueMac: 3 };
const WANTED: WantedMessages = {
  [RECOVERY.version]: { fields: { 1: 'number' } },
  [RECOVERY.collection]: { maxBytes: 64 },
  [RECOVERY.record]: { maxBytes: 16 * 1024 },
  [RECOVERY.ltHash]: { maxBytes: 256 },
};

/**
 * Reads the phone's own copy of a collection. The message was end-to-end encrypted by the phone, so there are no MACs
 * to verify, but the records must match the LT hash.
 * @param response with or without gzip
 * @throws CorruptAppState, MissingSyncKey
 */
export async function readRecovery(
  response: Buffer,
  collection: string,
  findKeys: FindMutationKeys,
): Promise<WholeCollection> {
  try {
    return await readRecords(response, collection, findKeys);
  } catch (cause) {
    if (cause instanceof CorruptAppState || cause instanceof MissingSyncKey) throw cause;
    throw new CorruptAppState(`The phone's copy of ${collection} cannot be read`, { cause });
  }
}

async function readRecords(
  response: Buffer,
  collection: string,
  findKeys: FindMutationKeys,
): Promise<WholeCollection> {
  const records = new RecordList();
  const stream = new RecordStream(WANTED, RECOVERY.record, async (bytes) => {
    const record = await readRecord(bytes, findKeys);
    records.add(record, record);
  });
  await pushInflated(response, stream);
  const values = stream.end();
  const name = String(values[RECOVERY.collection] ?? '');
  if (name !== collection)
    throw new CorruptAppState(`The phone sent ${name || 'nothing'} instead of ${collection}`);
  const ltHash = records.end();
  if (!ltHash.equals((values[RECOVERY.ltHash] as Buffer | undefined) ?? Buffer.alloc(0)))
    throw new CorruptAppState(`The phone's copy of ${collection} does not match its LT hash`);
  const version = requireVersion(Number(values[RECOVERY.version] ?? 0));
  return { version, ltHash, records, isDoubtful: false };
}

async function pushInflated(response: Buffer, stream: RecordStream): Promise<void> {
  let bytes = 0;
  const push = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_BYTES)
      throw new InputRefused(`The phone's copy of the collection has more than ${MAX_BYTES} bytes`);
    return stream.push(chunk);
  };
  if (!response.subarray(0, 2).equals(GZIP)) return push(response);
  await pipeline(Readable.from([response]), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) await push(chunk);
  });
}

async function readRecord(bytes: Uint8Array, findKeys: FindMutationKeys): Promise<Mutation> {
  const parts: Record<number, Buffer> = {};
  forEachField(bytes, (field, content) => (parts[field] = Buffer.from(content())));
  const { [RECORD.data]: data, [RECORD.keyId]: keyId, [RECORD.valueMac]: valueMac } = parts;
  if (!data || !keyId || !valueMac)
    throw new CorruptAppState('A record from the phone lacks its value, key id or MAC');
  const { index, value } = readActionData(data);
  const indexMac = indexMacOf(index, await findKeys(keyId.toString('base64')));
  return { operation: 'SET', indexMac, valueMac, index: readIndex(index), value };
}
