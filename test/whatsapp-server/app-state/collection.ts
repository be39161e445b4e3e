import { LT_HASH_ANTI_TAMPERING, proto } from '@whiskeysockets/baileys';
import { Mutex, yieldToEventLoop } from '../mutex.js';
import { patchMac, snapshotMac } from './macs.js';
import {
  decryptMutation,
  type EncryptedMutation,
  type EncryptedRecord,
  encryptMutation,
  type PlainMutation,
  uploadedMutation,
} from './mutation.js';
import type { SyncKey, SyncKeys } from './sync-keys.js';

const { SyncdOperation } = proto.SyncdMutation;

/** The collections of every account (`ALL_WA_PATCH_NAMES` in Baileys). */
export const COLLECTION_NAMES = [
  'critical_block',
  'critical_unblock_low',
  'regular_high',
  'regular_low',
  'regular',
] as const;

/** Name of a collection. The address book is `critical_unblock_low`. */
export type CollectionName = (typeof COLLECTION_NAMES)[number];

/** A change of a collection that leads to `version`. */
export interface Patch {
  readonly version: number;
  readonly mutations: readonly EncryptedMutation[];
  readonly snapshotMac: Buffer;
  readonly patchMac: Buffer;
  readonly key: SyncKey;
}

const LT_HASH_BYTES = 128;
/** Mutations to encrypt before yielding to the event loop. */
const MUTATIONS_PER_TURN = 500;

/** One app-state collection of an account: its current records, and the patches that created them. */
export class Collection {
  version = 0;
  ltHash: Buffer = Buffer.alloc(LT_HASH_BYTES);
  readonly records = new Map<string, EncryptedRecord>();
  patches: Patch[] = [];
  /** key of each record by its index: the index MAC depends on the sync key that the record was written with */
  private readonly located = new Map<string, { recordKey: string; key: SyncKey }>();
  private readonly commits = new Mutex();

  constructor(
    readonly name: CollectionName,
    private readonly keys: SyncKeys,
  ) {}

  /** Returns whether a record with this index exists. */
  has(index: readonly string[]): boolean {
    return this.located.has(JSON.stringify(index));
  }

  /** Writes mutations as one patch, and returns it. */
  commit(mutations: readonly PlainMutation[]): Promise<Patch> {
    return this.commits.run(async () => {
      const key = this.keys.current;
      const encrypted = await this.encrypt(mutations, key);
      return this.apply(encrypted, key);
    });
  }

  /**
   * Applies a patch of a companion. It must be based on the current version, and its MACs must be correct.
   * @returns its mutations, or the error code that it is rejected with
   */
  applyUploaded(sent: proto.ISyncdPatch, basedOn: number): Promise<PlainMutation[] | 400 | 409> {
    return this.commits.run(async () => {
      if (basedOn !== this.version) return 409;
      const key = this.keys.all.find(({ id }) => id.equals(sent.keyId?.id ?? Buffer.alloc(0)));
      const mutations = (sent.mutations ?? []).map(uploadedMutation);
      if (!key || mutations.length === 0) return 400;
      const [records, ltHash] = [[...this.records], this.ltHash];
      const patch = this.apply(mutations, key);
      const isValid =
        patch.snapshotMac.equals(sent.snapshotMac ?? Buffer.alloc(0)) &&
        patch.patchMac.equals(sent.patchMac ?? Buffer.alloc(0));
      if (isValid) return this.locate(mutations, key);
      this.records.clear();
      for (const [recordKey, record] of records) this.records.set(recordKey, record);
      this.ltHash = ltHash;
      this.version -= 1;
      this.patches.pop();
      return 400;
    });
  }

  /** Decrypts the mutations of a companion, and records the keys of their records. */
  private locate(mutations: readonly EncryptedMutation[], key: SyncKey): PlainMutation[] {
    return mutations.map((mutation) => {
      const plain = decryptMutation(mutation, key);
      const index = JSON.stringify(plain.index);
      if (plain.operation === SyncdOperation.REMOVE) this.located.delete(index);
      else this.located.set(index, { recordKey: mutation.indexMac.toString('base64'), key });
      return plain;
    });
  }

  /** Deletes all patches, so that companions receive the snapshot. */
  deletePatches(): void {
    this.patches = [];
  }

  private async encrypt(mutations: readonly PlainMutation[], key: SyncKey): Promise<EncryptedMutation[]> {
    const encrypted: EncryptedMutation[] = [];
    for (const mutation of mutations) {
      encrypted.push(...this.encryptOne(mutation, key));
      if (encrypted.length % MUTATIONS_PER_TURN === 0) await yieldToEventLoop();
    }
    return encrypted;
  }

  /**
   * Encrypts a mutation. A record that was written with an older sync key has a different index MAC. It is therefore
   * removed under that key before it is set under the current one. Otherwise, the collection would contain both.
   */
  private encryptOne(mutation: PlainMutation, key: SyncKey): EncryptedMutation[] {
    const index = JSON.stringify(mutation.index);
    const old = this.located.get(index);
    if (mutation.operation === SyncdOperation.REMOVE) {
      this.located.delete(index);
      return [encryptMutation(mutation, old?.key ?? key)];
    }
    const set = encryptMutation(mutation, key);
    this.located.set(index, { recordKey: set.indexMac.toString('base64'), key });
    if (!old || old.key === key) return [set];
    const removal = { ...mutation, operation: SyncdOperation.REMOVE };
    return [encryptMutation(removal, old.key), set];
  }

  private apply(mutations: readonly EncryptedMutation[], key: SyncKey): Patch {
    this.updateRecords(mutations);
    this.version += 1;
    const mac = snapshotMac(this, key);
    const valueMacs = mutations.map((each) => each.valueMac);
    const { version, name } = this;
    const patch: Patch = {
      version,
      mutations,
      snapshotMac: mac,
      patchMac: patchMac({ snapshotMac: mac, valueMacs, version, name }, key),
      key,
    };
    this.patches.push(patch);
    return patch;
  }

  private updateRecords(mutations: readonly EncryptedMutation[]): void {
    const added: Uint8Array[] = [];
    const subtracted: Uint8Array[] = [];
    for (const { operation, ...record } of mutations) {
      const recordKey = record.indexMac.toString('base64');
      const previous = this.records.get(recordKey);
      if (previous) subtracted.push(previous.valueMac);
      if (operation === SyncdOperation.SET) {
        added.push(record.valueMac);
        this.records.set(recordKey, record);
      } else {
        this.records.delete(recordKey);
      }
    }
    this.ltHash = Buffer.from(LT_HASH_ANTI_TAMPERING.subtractThenAdd(this.ltHash, subtracted, added));
  }
}
