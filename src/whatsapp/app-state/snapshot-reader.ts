import { setImmediate as nextTurn } from 'node:timers/promises';
import { FieldStream, type ReadFields } from '../wire/field-stream.js';
import { downloadMedia, type MediaReference } from '../wire/media-file.js';
import { decryptMutation, isMac, type Mutation, requireMac, snapshotMacOf } from './app-state-crypto.js';
import { CorruptAppState } from './app-state-errors.js';
import type { FindMutationKeys, HashedVersion } from './page-verifier.js';
import { RecordList } from './record-list.js';
import { readRecord, requireVersion } from './syncd-messages.js';

/** All records of a collection at a version. */
export interface WholeCollection extends HashedVersion {
  records: RecordList;
  /** Whether it does not match its hash, or some of its records cannot be read. */
  isDoubtful: boolean;
}

/** Field numbers of `SyncdSnapshot` in Baileys' WAProto. */
const SNAPSHOT = { version: 1, record: 2, mac: 3, keyId: 4 };
/** A record of a contact has 200 bytes. */
const MAX_RECORD_BYTES = 16 * 1024;
const SHORT = { maxBytes: 64 };

/** Parts of a snapshot other than its records. */
interface Heading {
  version?: number;
  mac?: Buffer;
  keyId?: string;
}

/**
 * Downloads a snapshot and verifies it, record by record. A snapshot that fails verification is rejected. With
 * `isLenient`, its records whose own MACs are valid are accepted instead.
 * @throws CorruptAppState, MissingSyncKey, InputRefused, MediaUnavailable
 */
export async function readSnapshot(
  file: MediaReference,
  collection: string,
  findKeys: FindMutationKeys,
  { isLenient, maxFileBytes }: { isLenient: boolean; maxFileBytes?: number },
): Promise<WholeCollection> {
  const reader = new SnapshotReader(findKeys, isLenient);
  const chunks = await downloadMedia(file, 'md-app-state', maxFileBytes);
  for await (const chunk of chunks) await reader.push(chunk);
  const { version, mac, keyId } = reader.end();
  const ltHash = reader.records.end();
  if (!keyId) throw new CorruptAppState('A snapshot has no key id');
  const keys = await findKeys(keyId);
  const expected = snapshotMacOf(ltHash, requireVersion(version), collection, keys.snapshotMac);
  if (!isLenient) requireMac(expected, mac, 'snapshot MAC');
  const isDoubtful = !isMac(expected, mac) || reader.unreadable > 0;
  return { version: requireVersion(version), ltHash, records: reader.records, isDoubtful };
}

class SnapshotReader {
  readonly records = new RecordList();
  /** Number of records whose own MACs are wrong, or that cannot be read. */
  unreadable = 0;
  private waiting: Buffer[] = [];
  private readonly heading: Heading = {};
  private readonly stream = new FieldStream(
    {
      [SNAPSHOT.version]: { fields: { 1: 'number' } },
      [SNAPSHOT.record]: { maxBytes: MAX_RECORD_BYTES },
      [SNAPSHOT.mac]: SHORT,
      [SNAPSHOT.keyId]: { fields: { 1: SHORT } },
    },
    (field, content) => this.visit(field, content),
  );

  constructor(
    private readonly findKeys: FindMutationKeys,
    private readonly isLenient: boolean,
  ) {}

  async push(chunk: Buffer): Promise<void> {
    this.stream.push(chunk);
    const { waiting } = this;
    this.waiting = [];
    for (const bytes of waiting) await this.addRecord(bytes);
    await nextTurn();
  }

  end(): Heading {
    this.stream.end();
    return this.heading;
  }

  private visit(field: number, content: ReadFields | Buffer): void {
    if (Buffer.isBuffer(content)) {
      if (field === SNAPSHOT.record) this.waiting.push(content);
      else this.heading.mac = content;
    } else if (field === SNAPSHOT.version) this.heading.version = content[1] as number | undefined;
    else this.heading.keyId = (content[1] as Buffer | undefined)?.toString('base64');
  }

  private async addRecord(bytes: Buffer): Promise<void> {
    const encrypted = readRecord('SET', bytes);
    const keys = await this.findKeys(encrypted.keyId);
    let mutation: Mutation | null = null;
    try {
      mutation = decryptMutation(encrypted, keys);
    } catch (error) {
      if (!this.isLenient || !(error instanceof CorruptAppState)) throw error;
      this.unreadable += 1;
    }
    this.records.add(encrypted, mutation);
  }
}
