import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Mutation,
  type MutationKeys,
  decryptMutation,
  isMac,
  patchMacOf,
  requireMac,
  type EncryptedMutation,
  snapshotMacOf,
} from './app-state-crypto.js';
import { CorruptAppState } from './app-state-errors.js';
import type { CollectionState } from './app-state.repository.js';
import type { CollectionPage, Patch, Snapshot } from './collection-reader.js';
import { LT_HASH_BYTES, mixMutations, type ValueMacs } from './lt-hash.js';

/** Records opened before other work on the thread gets its turn. */
const TURN = 200;

/** A page that was opened, and the state that it leads to. */
export interface VerifiedPage {
  state: CollectionState;
  /** In the order in which they apply. */
  mutations: Mutation[];
  doubts: Doubts;
}

/** What does not fit, and was taken all the same: see PageVerifier. */
export interface Doubts {
  /** Whether a snapshot does not add up to what it claims, or some of its records cannot be read. */
  snapshot: boolean;
  /** Patches in a row, the last one included, after which the LT hash is not the one that they name. */
  patches: number;
}

/** Value MACs as far as they are known, and how strict to be. */
interface Reading {
  known: ValueMacs;
  isLenient: boolean;
}

/** Keys by id. @throws MissingSyncKey */
export type FindMutationKeys = (keyId: string) => Promise<MutationKeys>;

/**
 * Opens and verifies what the server sent: value, index, patch and snapshot MACs, and the LT hash.
 *
 * Like WhatsApp Web it refuses a patch whose own MAC is wrong, but takes one after which the LT hash is another than the patch
 * says: on the real network the two can differ for ever (whatsmeow issue 858, whatsapp-rust issue 1375), while the patch
 * itself is authentic. A snapshot that does not add up is refused, unless the caller is lenient: then those of its records
 * whose own MACs are right are taken.
 */
export class PageVerifier {
  constructor(
    private readonly collection: string,
    private readonly findKeys: FindMutationKeys,
  ) {}

  /**
   * @param state from which the patches start; a snapshot starts anew
   * @param known value MACs of the records, as of that state, that the patches name; brought up to date
   * @param isLenient take what can be read of a snapshot or patch that is otherwise corrupt
   * @throws CorruptAppState, MissingSyncKey; then nothing of the page may be used
   */
  async verify(
    state: CollectionState,
    page: CollectionPage,
    known: ValueMacs,
    isLenient = false,
  ): Promise<VerifiedPage> {
    const verified: VerifiedPage = { state, mutations: [], doubts: { snapshot: false, patches: 0 } };
    if (page.snapshot) await this.verifySnapshot(page.snapshot, verified, { known, isLenient });
    for (const patch of page.patches.toSorted((a, b) => a.version - b.version)) {
      const isKnown = patch.version <= verified.state.version;
      if (!isKnown) await this.verifyPatch(patch, verified, { known, isLenient });
    }
    return verified;
  }

  private async verifySnapshot(
    snapshot: Snapshot,
    verified: VerifiedPage,
    { known, isLenient }: Reading,
  ): Promise<void> {
    const { version, keyId, mac, records } = snapshot;
    known.clear();
    const mutations = await this.open(records, isLenient);
    const ltHash = await mixMutations(Buffer.alloc(LT_HASH_BYTES), records, known);
    const keys = await this.findKeys(keyId);
    const expected = snapshotMacOf(ltHash, version, this.collection, keys.snapshotMac);
    if (!isLenient) requireMac(expected, mac, 'snapshot MAC');
    verified.doubts.snapshot = !isMac(expected, mac) || mutations.length < records.length;
    for (const mutation of mutations) verified.mutations.push(mutation);
    verified.state = { ...verified.state, version, ltHash };
  }

  private async verifyPatch(
    patch: Patch,
    verified: VerifiedPage,
    { known, isLenient }: Reading,
  ): Promise<void> {
    const { version, snapshotMac, patchMac, exitCode, mutations: encrypted } = patch;
    if (exitCode !== null)
      throw new CorruptAppState(`The patch ${version} carries the exit code ${exitCode}`);
    const { collection } = this;
    const keys = await this.findKeys(patch.keyId);
    const valueMacs = encrypted.map(({ valueMac }) => valueMac);
    const expected = patchMacOf({ snapshotMac, valueMacs, version, collection }, keys.patchMac);
    requireMac(expected, patchMac, `MAC of the patch ${version}`);
    const mutations = await this.open(encrypted, isLenient);
    const ltHash = await mixMutations(verified.state.ltHash, encrypted, known);
    const isAsSaid = isMac(snapshotMacOf(ltHash, version, collection, keys.snapshotMac), snapshotMac);
    if (!isAsSaid && version !== verified.state.version + 1)
      throw new CorruptAppState(`Patches between ${verified.state.version} and ${version} are missing`);
    verified.doubts.patches = isAsSaid ? 0 : verified.doubts.patches + 1;
    for (const mutation of mutations) verified.mutations.push(mutation);
    verified.state = { ...verified.state, version, ltHash };
  }

  private async open(encrypted: EncryptedMutation[], isLenient: boolean): Promise<Mutation[]> {
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
