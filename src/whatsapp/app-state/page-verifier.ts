import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Mutation,
  type MutationKeys,
  decryptMutation,
  patchMacOf,
  requireMac,
  type EncryptedMutation,
  snapshotMacOf,
} from './app-state-crypto.js';
import type { CollectionState } from './app-state.repository.js';
import type { CollectionPage, Patch, Snapshot } from './collection-reader.js';
import { LT_HASH_BYTES, mixMutations, type ValueMacs } from './lt-hash.js';

/** Records opened before other work on the thread gets its turn. */
const TURN = 200;

/** A page whose every MAC is right, and the state that it leads to. */
export interface VerifiedPage {
  state: CollectionState;
  /** In the order in which they apply. */
  mutations: Mutation[];
}

/** Keys by id. @throws MissingSyncKey */
export type FindMutationKeys = (keyId: string) => Promise<MutationKeys>;

/** Opens and verifies what the server sent: value, index, patch and snapshot MACs, and the LT hash. */
export class PageVerifier {
  constructor(
    private readonly collection: string,
    private readonly findKeys: FindMutationKeys,
  ) {}

  /**
   * @param state from which the patches start; a snapshot starts anew
   * @param known value MACs of the records, as of that state, that the patches name; brought up to date
   * @throws CorruptAppState, MissingSyncKey; then nothing of the page may be used
   */
  async verify(state: CollectionState, page: CollectionPage, known: ValueMacs): Promise<VerifiedPage> {
    const verified: VerifiedPage = { state, mutations: [] };
    if (page.snapshot) await this.verifySnapshot(page.snapshot, verified, known);
    for (const patch of page.patches.toSorted((a, b) => a.version - b.version)) {
      const isKnown = patch.version <= verified.state.version;
      if (!isKnown) await this.verifyPatch(patch, verified, known);
    }
    return verified;
  }

  private async verifySnapshot(snapshot: Snapshot, verified: VerifiedPage, known: ValueMacs): Promise<void> {
    const { version, keyId, mac, records } = snapshot;
    known.clear();
    const mutations = await this.open(records);
    const ltHash = await mixMutations(Buffer.alloc(LT_HASH_BYTES), mutations, known);
    const keys = await this.findKeys(keyId);
    requireMac(snapshotMacOf(ltHash, version, this.collection, keys.snapshotMac), mac, 'snapshot MAC');
    for (const mutation of mutations) verified.mutations.push(mutation);
    verified.state = { ...verified.state, version, ltHash };
  }

  private async verifyPatch(patch: Patch, verified: VerifiedPage, known: ValueMacs): Promise<void> {
    const { version, snapshotMac, patchMac, mutations: encrypted } = patch;
    const { collection } = this;
    const keys = await this.findKeys(patch.keyId);
    const valueMacs = encrypted.map(({ valueMac }) => valueMac);
    const expected = patchMacOf({ snapshotMac, valueMacs, version, collection }, keys.patchMac);
    requireMac(expected, patchMac, `MAC of the patch ${version}`);
    const mutations = await this.open(encrypted);
    const ltHash = await mixMutations(verified.state.ltHash, mutations, known);
    const resulting = snapshotMacOf(ltHash, version, collection, keys.snapshotMac);
    requireMac(resulting, snapshotMac, `LT hash after the patch ${version}`);
    for (const mutation of mutations) verified.mutations.push(mutation);
    verified.state = { ...verified.state, version, ltHash };
  }

  private async open(encrypted: EncryptedMutation[]): Promise<Mutation[]> {
    const mutations: Mutation[] = [];
    for (const [at, mutation] of encrypted.entries()) {
      mutations.push(decryptMutation(mutation, await this.findKeys(mutation.keyId)));
      if (at % TURN === TURN - 1) await nextTurn();
    }
    return mutations;
  }
}
