import { randomBytes } from 'node:crypto';
import { hkdf, type proto } from '@whiskeysockets/baileys';

/** An app-state sync key and the five keys derived from it. */
export interface SyncKey {
  /** 6 bytes: device (2) and epoch (4), big endian */
  readonly id: Buffer;
  readonly data: Buffer;
  readonly timestampMs: number;
  readonly index: Uint8Array;
  readonly valueEncryption: Uint8Array;
  readonly valueMac: Uint8Array;
  readonly snapshotMac: Uint8Array;
  readonly patchMac: Uint8Array;
}

const DERIVED_KEY_BYTES = 32;

function createSyncKey(epoch: number): SyncKey {
  const id = Buffer.alloc(6);
  id.writeUInt32BE(epoch, 2);
  const data = randomBytes(32);
  const derived = hkdf(data, 5 * DERIVED_KEY_BYTES, { info: 'WhatsApp Mutation Keys' });
  const part = (n: number): Uint8Array => derived.slice(n * DERIVED_KEY_BYTES, (n + 1) * DERIVED_KEY_BYTES);
  return {
    id,
    data,
    timestampMs: Date.now(),
    index: part(0),
    valueEncryption: part(1),
    valueMac: part(2),
    snapshotMac: part(3),
    patchMac: part(4),
  };
}

/** The sync keys of one account. The newest one encrypts; older ones decrypt older records. */
export class SyncKeys {
  private readonly keys: SyncKey[] = [];
  private epoch = randomBytes(2).readUInt16BE();

  constructor() {
    this.rotate();
  }

  /** All keys, oldest first. */
  get all(): readonly SyncKey[] {
    return this.keys;
  }

  get current(): SyncKey {
    const newest = this.keys.at(-1);
    if (!newest) throw new Error('an account always has a sync key');
    return newest;
  }

  /** Creates a key and makes it the current one. */
  rotate(): SyncKey {
    this.epoch += 1;
    const key = createSyncKey(this.epoch);
    this.keys.push(key);
    return key;
  }
}

/** Converts keys to the message that a phone shares with its companions. */
export function keyShare(keys: readonly SyncKey[]): proto.Message.IAppStateSyncKeyShare {
  return {
    keys: keys.map((key) => ({
      keyId: { keyId: key.id },
      keyData: {
        keyData: key.data,
        fingerprint: { rawId: 1, currentIndex: 0, deviceIndexes: [0, 1] },
        timestamp: key.timestampMs,
      },
    })),
  };
}
