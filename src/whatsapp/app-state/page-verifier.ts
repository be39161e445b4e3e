import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  decryptMutation,
  type EncryptedMutation,
  isMac,
  type Mutation,
  type MutationKeys,
  patchMacOf,
  requireMac,
  snapshotMacOf,
} from './app-state-crypto.js';
import { CorruptAppState } from './app-state-errors.js';
import { mixMutations, type ValueMacs } from './lt-hash.js';
import type { Patch } from './syncd-messages.js';

/** Number of records to decrypt before yielding to other work on the thread. */
const TURN = 200;

/** A version of a collection, and the LT hash of its records. */
export interface HashedVersion {
  version: number;
  ltHash: Buffer;
}

/** Decrypted patches, and the version that results from them. */
export interface VerifiedPatches extends HashedVersion {
  /** In the order in which they apply. */
  mutations: Mutation[];
  /** Number of consecutive patches, including the last one, whose LT hash differs from the computed one. */
  doubtful: number;
}

/** Returns keys by ID. @throws MissingSyncKey */
export type FindMutationKeys = (keyId: string) => Promise<MutationKeys>;

/**
 * Decrypts and verifies patches: value, index, patch and snapshot MACs, and the LT hash.
 *
 * Like WhatsApp Web, it rejects a patch whose own MAC is wrong, but accepts one whose LT hash differs from the computed
 * one. On the real network the two can differ permanently although the patch is authentic (whatsmeow issue 858,
 * whatsapp-rust issue 1375).
 */
export class PageVerifier {
  constructor(
    private readonly collection: string,
    private readonly findKeys: FindMutationKeys,
  ) {}

  /**
   * @param start state that the patches start from
   * @param known value MACs, as of that version, of the records that the patches name; updated in place
   * @param isLenient accept the readable part of a corrupt patch
   * @throws CorruptAppState, MissingSyncKey; in that case none of the patches may be used
   */
  async verify(
    start: HashedVersion,
    patches: Patch[],
    known: ValueMacs,
    isLenient = false,
  ): Promise<VerifiedPatches> {
    const { version, ltHash } = start;
    const verified: VerifiedPatches = { version, ltHash, mutations: [], doubtful: 0 };
    for (const patch of patches.toSorted((a, b) => a.version - b.version)) {
      if (patch.version > verified.version) await this.verifyPatch(patch, verified, known, isLenient);
    }
    return verified;
  }

  private async verifyPatch(
    patch: Patch,
    verified: VerifiedPatches,
    known: ValueMacs,
    isLenient: boolean,
  ): Promise<void> {
    const { version, snapshotMac, patchMac, exitCode, mutations: encrypted } = patch;
    if (exitCode !== null) throw new CorruptAppState(`Patch ${version} has the exit code ${exitCode}`);
    const { collection } = this;
    const keys = await this.findKeys(patch.keyId);
    const valueMacs = encrypted.map(({ valueMac }) => valueMac);
    const expected = patchMacOf({ snapshotMac, valueMacs, version, collection }, keys.patchMac);
    requireMac(expected, patchMac, `MAC of patch ${version}`);
    const mutations = await this.decrypt(encrypted, isLenient);
    const ltHash = await mixMutations(verified.ltHash, encrypted, known);
    const hasSameHash = isMac(snapshotMacOf(ltHash, version, collection, keys.snapshotMac), snapshotMac);
    if (!hasSameHash && version !== verified.version + 1)
      throw new CorruptAppState(`Patches between ${verified.version} and ${version} are missing`);
    verified.doubtful = hasSameHash ? 0 : verified.doubtful + 1;
    for (const mutation of mutations) verified.mutations.push(mutation);
    Object.assign(verified, { version, ltHash });
  }

  private async decrypt(encrypted: EncryptedMutation[], isLenient: boolean): Promise<Mutation[]> {
    const mutations: Mutation[] = [];
    for (const [at, mutation] of encrypted.entries()) {
      const keys = await this.findKeys(mutation.keyId);
      try {
        mutations.push(decryptMutation(mutation, keys));
      } catch (error) {
        if (!isLenient || !(error instanceof CorruptAppState)) throw error;
      }
      if (at % TURN === TURN - 1) await nextTurn();
    }
    return mutations;
  }
}
