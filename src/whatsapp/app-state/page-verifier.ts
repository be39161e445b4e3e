import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type EncryptedMutation,
  decryptMutation,
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

/** Records decrypted before other work on the thread gets its turn. */
const TURN = 200;

/** A version of a collection, and the LT hash that its records add up to. */
export interface HashedVersion {
  version: number;
  ltHash: Buffer;
}

/** Patches that were decrypted, and the version that they lead to. */
export interface VerifiedPatches extends HashedVersion {
  /** In the order in which they apply. */
  mutations: Mutation[];
  /** Patches in a row, the last one included, after which the LT hash is not the one that they name. */
  doubtful: number;
}

/** Keys by id. @throws MissingSyncKey */
export type FindMutationKeys = (keyId: string) => Promise<MutationKeys>;

/**
 * Decrypts and verifies patches: value, index, patch and snapshot MACs, and the LT hash.
 *
 * Like WhatsApp Web it refuses a patch whose own MAC is wrong, but accepts one after which the LT hash is another than the patch
 * says: on the real network the two can differ for ever (whatsmeow issue 858, whatsapp-rust issue 1375), while the patch
 * itself is authentic.
 */
export class PageVerifier {
  constructor(
    private readonly collection: string,
    private readonly findKeys: FindMutationKeys,
  ) {}

  /**
   * @param start from which the patches start
   * @param known value MACs of the records, as of that version, that the patches name; brought up to date
   * @param isLenient accept what can be read of a patch that is otherwise corrupt
   * @throws CorruptAppState, MissingSyncKey; then nothing of the patches may be used
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
      const isKnown = patch.version <= verified.version;
      if (!isKnown) await this.verifyPatch(patch, verified, known, isLenient);
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
    if (exitCode !== null)
      throw new CorruptAppState(`The patch ${version} carries the exit code ${exitCode}`);
    const { collection } = this;
    const keys = await this.findKeys(patch.keyId);
    const valueMacs = encrypted.map(({ valueMac }) => valueMac);
    const expected = patchMacOf({ snapshotMac, valueMacs, version, collection }, keys.patchMac);
    requireMac(expected, patchMac, `MAC of the patch ${version}`);
    const mutations = await this.decrypt(encrypted, isLenient);
    const ltHash = await mixMutations(verified.ltHash, encrypted, known);
    const isAsSaid = isMac(snapshotMacOf(ltHash, version, collection, keys.snapshotMac), snapshotMac);
    if (!isAsSaid && version !== verified.version + 1)
      throw new CorruptAppState(`Patches between ${verified.version} and ${version} are missing`);
    verified.doubtful = isAsSaid ? 0 : verified.doubtful + 1;
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
