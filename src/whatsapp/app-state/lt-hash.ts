import { setImmediate as nextTurn } from 'node:timers/promises';
import { LTHashAntiTampering } from 'whatsapp-rust-bridge';
import type { EncryptedMutation } from './app-state-crypto.js';

/** Bytes of an LT hash; all zero for an empty collection. */
export const LT_HASH_BYTES = 128;

/** Created directly, because reader processes do not load Baileys. */
const LT_HASH = new LTHashAntiTampering();

/** Number of MACs to mix before yielding to other work on the thread. */
const TURN = 500;

/** Value MACs of a collection by macKeyOf() of their index MAC; null marks a record that was removed. */
export type ValueMacs = Map<string, Buffer | null>;

/** Converts a MAC to a compact string, for use as a map key. */
export function macKeyOf(mac: Buffer): string {
  return mac.toString('latin1');
}

/**
 * Mixes mutations into the LT hash of a collection and into its value MACs.
 * @param known value MACs before the mutations, at least of the records that they change; updated in place
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
