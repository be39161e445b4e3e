import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { FieldStream, type ReadFields } from '../wire/field-stream.js';
import { InputRefused } from '../wire/input-refused.js';
import { forEachField } from '../wire/protobuf-fields.js';
import { readActionData } from './action-value.js';
import { indexMacOf, type Mutation, readIndex } from './app-state-crypto.js';
import { CorruptAppState, MissingSyncKey } from './app-state-errors.js';
import type { FindMutationKeys } from './page-verifier.js';
import { RecordList } from './record-list.js';
import type { WholeCollection } from './snapshot-reader.js';
import { requireVersion } from './syncd-messages.js';

const GZIP = Buffer.from([0x1f, 0x8b]);
const MAX_BYTES = 128 * 1024 * 1024;
const MAX_RECORD_BYTES = 16 * 1024;

/**
 * Field numbers of `SyncdSnapshotRecovery` and `SyncdPlainTextRecord`, which Baileys' WAProto lacks (whatsmeow has
 * them).
 */
const RECOVERY = { version: 1, collection: 2, record: 3, ltHash: 4 };
const RECORD = { data: 1, keyId: 2, valueMac: 3 };

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
  const reader = new RecoveryReader(findKeys);
  if (!response.subarray(0, 2).equals(GZIP)) await reader.push(response);
  else {
    await pipeline(Readable.from([response]), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) await reader.push(chunk);
    });
  }
  const { version, name, ltHash } = reader.end();
  if (name !== collection)
    throw new CorruptAppState(`The phone sent ${name || 'nothing'} instead of ${collection}`);
  if (!reader.records.end().equals(ltHash))
    throw new CorruptAppState(`The phone's copy of ${collection} does not match its LT hash`);
  return { version: requireVersion(version), ltHash, records: reader.records, isDoubtful: false };
}

class RecoveryReader {
  readonly records = new RecordList();
  private bytes = 0;
  private waiting: Buffer[] = [];
  private readonly heading: { version: number; name: string; ltHash: Buffer } = {
    version: 0,
    name: '',
    ltHash: Buffer.alloc(0),
  };
  private readonly stream = new FieldStream(
    {
      [RECOVERY.version]: { fields: { 1: 'number' } },
      [RECOVERY.collection]: { maxBytes: 64 },
      [RECOVERY.record]: { maxBytes: MAX_RECORD_BYTES },
      [RECOVERY.ltHash]: { maxBytes: 256 },
    },
    (field, content) => this.visit(field, content),
  );

  constructor(private readonly findKeys: FindMutationKeys) {}

  async push(chunk: Buffer): Promise<void> {
    this.bytes += chunk.length;
    if (this.bytes > MAX_BYTES)
      throw new InputRefused(`The phone's copy of the collection has more than ${MAX_BYTES} bytes`);
    this.stream.push(chunk);
    const { waiting } = this;
    this.waiting = [];
    for (const bytes of waiting) {
      const record = await readRecord(bytes, this.findKeys);
      this.records.add(record, record);
    }
  }

  end(): RecoveryReader['heading'] {
    this.stream.end();
    return this.heading;
  }

  private visit(field: number, content: ReadFields | Buffer): void {
    if (!Buffer.isBuffer(content)) this.heading.version = Number(content[1] ?? 0);
    else if (field === RECOVERY.record) this.waiting.push(content);
    else if (field === RECOVERY.collection) this.heading.name = content.toString();
    else this.heading.ltHash = content;
  }
}

async function readRecord(bytes: Uint8Array, findKeys: FindMutationKeys): Promise<Mutation> {
  const parts: Record<number, Buffer> = {};
  forEachField(bytes, (field, content) => (parts[field] = Buffer.from(content())));
  const { [RECORD.data]: data, [RECORD.keyId]: keyId, [RECORD.valueMac]: valueMac } = parts;
  if (!data || !keyId || !valueMac)
    throw new CorruptAppState('A record of the phone lacks its value, key id or MAC');
  const { index, value } = readActionData(data);
  const indexMac = indexMacOf(index, await findKeys(keyId.toString('base64')));
  return { operation: 'SET', indexMac, valueMac, index: readIndex(index), value };
}
