import { LT_HASH_ANTI_TAMPERING } from '@whiskeysockets/baileys';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EncryptedMutation } from './app-state-crypto.js';

/** Bytes of an LT hash; all zero for an empty collection. */
export const LT_HASH_BYTES = 128;

/** MACs mixed in before other work on the thread gets its turn. */
const TURN = 500;

/** Value MACs of a collection by the hex of their index MAC; null marks a record that was removed. */
export type ValueMacs = Map<string, Buffer | null>;

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
      const key = indexMac.toString('hex');
      const previous = known.get(key);
      if (previous) removed.push(previous);
      if (operation === 'SET') added.push(valueMac);
      known.set(key, operation === 'SET' ? valueMac : null);
    }
    hash = Buffer.from(LT_HASH_ANTI_TAMPERING.subtractThenAdd(hash, removed, added));
    await nextTurn();
  }
  return hash;
}
