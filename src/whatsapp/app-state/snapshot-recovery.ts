import { hmacSign, proto } from '@whiskeysockets/baileys';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { forEachField } from '../wire/protobuf-fields.js';
import { type Mutation, readIndex } from './app-state-crypto.js';
import { CorruptAppState, MissingSyncKey } from './app-state-errors.js';
import { LT_HASH_BYTES, mixMutations } from './lt-hash.js';
import type { FindMutationKeys, VerifiedPage } from './page-verifier.js';

const gunzipAsync = promisify(gunzip);
const GZIP = Buffer.from([0x1f, 0x8b]);

/** Field numbers of `SyncdSnapshotRecovery` and `SyncdPlainTextRecord`, which Baileys' WAProto lacks (whatsmeow has them). */
const RECOVERY = { version: 1, collection: 2, record: 3, ltHash: 4 };
const RECORD = { data: 1, keyId: 2, valueMac: 3 };

/** Asks the phone for all records of a collection, in plain. Never the fatal exception: that would unlink all devices. */
export function recoveryRequest(collectionName: string): proto.IMessage {
  return {
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.PEER_DATA_OPERATION_REQUEST_MESSAGE,
      peerDataOperationRequestMessage: {
        peerDataOperationRequestType:
          proto.Message.PeerDataOperationRequestType.COMPANION_SYNCD_SNAPSHOT_FATAL_RECOVERY,
        syncdCollectionFatalRecoveryRequest: { collectionName, timestamp: Math.floor(Date.now() / 1_000) },
      },
    },
  };
}

/**
 * Reads what the phone has sent of a collection. It came encrypted from the phone itself, so that there are no MACs to
 * verify, but the records must add up to the LT hash.
 * @param answer gzipped or not
 * @throws CorruptAppState, MissingSyncKey
 */
export async function readRecovery(
  answer: Buffer,
  collection: string,
  findKeys: FindMutationKeys,
): Promise<Pick<VerifiedPage, 'mutations'> & { version: number; ltHash: Buffer }> {
  try {
    return await readRecords(answer, collection, findKeys);
  } catch (cause) {
    if (cause instanceof CorruptAppState || cause instanceof MissingSyncKey) throw cause;
    throw new CorruptAppState(`What the phone has sent of ${collection} cannot be read`, { cause });
  }
}

async function readRecords(
  answer: Buffer,
  collection: string,
  findKeys: FindMutationKeys,
): ReturnType<typeof readRecovery> {
  const bytes = answer.subarray(0, 2).equals(GZIP) ? await gunzipAsync(answer) : answer;
  let [version, name, ltHash] = [0, '', Buffer.alloc(0)];
  const records: Uint8Array[] = [];
  forEachField(bytes, (field, content) => {
    if (field === RECOVERY.version) version = Number(proto.SyncdVersion.decode(content()).version ?? 0);
    else if (field === RECOVERY.collection) name = Buffer.from(content()).toString();
    else if (field === RECOVERY.record) records.push(content());
    else if (field === RECOVERY.ltHash) ltHash = Buffer.from(content());
  });
  if (name !== collection)
    throw new CorruptAppState(`The phone has sent ${name || 'nothing'} for ${collection}`);
  const mutations: Mutation[] = [];
  for (const record of records) mutations.push(await readRecord(record, findKeys));
  const sum = await mixMutations(Buffer.alloc(LT_HASH_BYTES), mutations, new Map());
  if (!sum.equals(ltHash))
    throw new CorruptAppState(`What the phone has sent of ${collection} does not add up`);
  return { mutations, version, ltHash };
}

async function readRecord(bytes: Uint8Array, findKeys: FindMutationKeys): Promise<Mutation> {
  const parts: Record<number, Buffer> = {};
  forEachField(bytes, (field, content) => (parts[field] = Buffer.from(content())));
  const { [RECORD.data]: data, [RECORD.keyId]: keyId, [RECORD.valueMac]: valueMac } = parts;
  if (!data || !keyId || !valueMac)
    throw new CorruptAppState('A record of the phone lacks its value, key id or MAC');
  const { index, value } = proto.SyncActionData.decode(data);
  const keys = await findKeys(keyId.toString('base64'));
  const indexMac = Buffer.from(hmacSign(Buffer.from(index ?? []), keys.index));
  return {
    operation: 'SET',
    indexMac,
    valueMac,
    index: readIndex(index ?? Buffer.alloc(0)),
    value: value ?? null,
  };
}
