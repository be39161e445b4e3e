import type { WantedMessages } from '../wire/field-stream.js';
import { downloadMedia, type MediaOptions, type MediaReference } from '../wire/media-file.js';
import {
  decryptMutation,
  type EncryptedMutation,
  isMac,
  type Mutation,
  requireMac,
  snapshotMacOf,
} from './app-state-crypto.js';
import { CorruptAppState } from './app-state-errors.js';
import type { FindMutationKeys, HashedVersion } from './page-verifier.js';
import { RecordList } from './record-list.js';
import { RecordStream } from './record-stream.js';
import { readRecord, requireVersion } from './syncd-messages.js';

/** All records of a collection at a version. */
export interface WholeCollection extends HashedVersion {
  records: RecordList;
  /** Whether it does not match its hash, or some of its records cannot be read. */
  isDoubtful: boolean;
}

/** Field numbers of `SyncdSnapshot` in Baileys' WAProto. */
const SNAPSHOT = { version: 1, record: 2, mac: 3, keyId: 4 };
const SHORT = { maxBytes: 64 };
const WANTED: WantedMessages = {
  [SNAPSHOT.version]: { fields: { 1: 'number' } },
  // A record of a contact has 200 bytes.
  [SNAPSHOT.record]: { maxBytes: 16 * 1024 },
  [SNAPSHOT.mac]: SHORT,
  [SNAPSHOT.keyId]: { fields: { 1: SHORT } },
};

/**
 * Downloads a snapshot and verifies it, record by record. A snapshot that fails verification is rejected. With
 * `isLenient`, its records whose own MACs are valid are accepted instead.
 * @throws CorruptAppState, MissingSyncKey, InputRefused, MediaUnavailable
 */
export async function readSnapshot(
  file: MediaReference,
  collection: string,
  findKeys: FindMutationKeys,
  { isLenient, media }: { isLenient: boolean; media: MediaOptions },
): Promise<WholeCollection> {
  const records = new RecordList();
  let unreadable = 0;
  const stream = new RecordStream(WANTED, SNAPSHOT.record, async (bytes) => {
    const encrypted = readRecord('SET', bytes);
    const mutation = await decrypt(encrypted, findKeys, isLenient);
    if (!mutation) unreadable += 1;
    records.add(encrypted, mutation);
  });
  for await (const chunk of await downloadMedia(file, 'md-app-state', media)) await stream.push(chunk);
  const values = stream.end();
  const ltHash = records.end();
  const [mac, keyId] = [values[SNAPSHOT.mac], values[SNAPSHOT.keyId]] as (Buffer | undefined)[];
  if (!keyId?.length) throw new CorruptAppState('A snapshot has no key ID');
  const keys = await findKeys(keyId.toString('base64'));
  const version = requireVersion(values[SNAPSHOT.version] as number | undefined);
  const expected = snapshotMacOf(ltHash, version, collection, keys.snapshotMac);
  if (!isLenient) requireMac(expected, mac, 'snapshot MAC');
  return { version, ltHash, records, isDoubtful: !isMac(expected, mac) || unreadable > 0 };
}

/** Returns null for a record that cannot be read, if that is permitted. */
async function decrypt(
  encrypted: EncryptedMutation,
  findKeys: FindMutationKeys,
  isLenient: boolean,
): Promise<Mutation | null> {
  const keys = await findKeys(encrypted.keyId);
  try {
    return decryptMutation(encrypted, keys);
  } catch (error) {
    if (!isLenient || !(error instanceof CorruptAppState)) throw error;
    return null;
  }
}
