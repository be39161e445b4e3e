import { setImmediate as nextTurn } from 'node:timers/promises';
import { LTHashAntiTampering } from 'whatsapp-rust-bridge';
import type { EncryptedMutation } from './app-state-crypto.js';

/** Bytes of an LT hash; all zero for an empty collection. */
export const LT_HASH_BYTES = 128;

/** As in Baileys, which reader processes do not load. */
const LT_HASH = new LTHashAntiTampering();

/** MACs mixed in before other work on the thread gets its turn. */
const TURN = 500;

/** Value MACs of a collection by macKeyOf() of their index MAC; null marks a record that was removed. */
export type ValueMacs = Map<string, Buffer | null>;

/** A MAC as key of a map, or in little memory. */
export function macKeyOf(mac: Buffer): string {
  return mac.toString('latin1');
}

/**
 * Mixes mutations into the LT hash of a collection and into its value MACs.
 * @param known value MACs before the mutations, at least of the records that they touch; brought up to date
 * @returns the new LT hash, 128 bytes
 */
export async function mixMutations(
  ltHash: Buffer,
  mutations: Pick<EncryptedMutation, 'operation' | 'indexMac' | 'valueMac'>[],
  known: ValueMacs,
): Promise<Buffer> {
  let hash = ltHash;
  for (let start = 0; start < mutations.length; start += TURN) {
    const removed: Buffer[] = [];
    const added: Buffer[] = [];
    for (const { operation, indexMac, valueMac } of mutations.slice(start, start + TURN)) {
      const key = macKeyOf(indexMac);
      const previous = known.get(key);
      if (previous) removed.push(previous);
      if (operation === 'SET') added.push(valueMac);
      known.set(key, operation === 'SET' ? valueMac : null);
    }
    hash = mixMacs(hash, removed, added);
    await nextTurn();
  }
  return hash;
}

/** Mixes value MACs into an LT hash; returns the new one. */
export function mixMacs(ltHash: Buffer, removed: Uint8Array[], added: Uint8Array[]): Buffer {
  return Buffer.from(LT_HASH.subtractThenAdd(ltHash, removed, added));
}
