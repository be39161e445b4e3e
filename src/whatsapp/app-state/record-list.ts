import { serialize } from 'node:v8';
import type { EncryptedMutation, Mutation } from './app-state-crypto.js';
import { CorruptAppState } from './app-state-errors.js';
import { LT_HASH_BYTES, macKeyOf, mixMacs, type ValueMacs } from './lt-hash.js';

/** Number of records passed on and written at once. */
export const BATCH_SIZE = 2_000;
/** Address books have a few thousand contacts; tested with 100,000. */
const MAX_RECORDS = 250_000;
/** Number of MACs mixed into the LT hash at once. */
const MIXED_AT_ONCE = 500;

type Macs = Pick<EncryptedMutation, 'indexMac' | 'valueMac'>;

/**
 * Collects all records of a collection while they are read one by one: serialized batches, the value MAC of each, and
 * their LT hash. No record may be used before all are verified, so records are stored compactly, in about 350 bytes
 * each.
 */
export class RecordList {
  readonly batches: Buffer[] = [];
  private batch = new Map<string, Mutation>();
  /** Value MACs by index MAC, both as Latin-1 text: a quarter of the memory of Buffers. */
  private readonly valueMacs = new Map<string, string>();
  private hash: Buffer = Buffer.alloc(LT_HASH_BYTES);
  private added: Buffer[] = [];
  private removed: Buffer[] = [];

  /**
   * Adds a record. It replaces an earlier one with the same index.
   * @param mutation null if it cannot be read, but is part of the LT hash
   */
  add({ indexMac, valueMac }: Macs, mutation: Mutation | null): void {
    const key = macKeyOf(indexMac);
    const previous = this.valueMacs.get(key);
    if (previous !== undefined) this.removed.push(Buffer.from(previous, 'latin1'));
    this.added.push(valueMac);
    this.valueMacs.set(key, macKeyOf(valueMac));
    if (this.valueMacs.size > MAX_RECORDS)
      throw new CorruptAppState(`A snapshot has more than ${MAX_RECORDS} records`);
    if (this.added.length >= MIXED_AT_ONCE) this.mix();
    if (mutation) this.batch.set(key, mutation);
    if (this.batch.size >= BATCH_SIZE) this.closeBatch();
  }

  /** Ends the list. @returns the LT hash */
  end(): Buffer {
    this.mix();
    this.closeBatch();
    return this.hash;
  }

  /** Returns the value MACs of the records that the mutations name. */
  knownTo(mutations: Macs[]): ValueMacs {
    const known: ValueMacs = new Map();
    for (const { indexMac } of mutations) {
      const key = macKeyOf(indexMac);
      const valueMac = this.valueMacs.get(key);
      if (valueMac !== undefined) known.set(key, Buffer.from(valueMac, 'latin1'));
    }
    return known;
  }

  private mix(): void {
    this.hash = mixMacs(this.hash, this.removed, this.added);
    this.added = [];
    this.removed = [];
  }

  private closeBatch(): void {
    if (this.batch.size === 0) return;
    this.batches.push(serialize([...this.batch.values()]));
    this.batch = new Map();
  }
}
