import { CorruptAppState } from './app-state-errors.js';
import type { Mutation } from './app-state-crypto.js';
import type { AppStateRepository, CollectionState, KeptRecord } from './app-state.repository.js';
import { addressOf } from './address-book-mutations.js';
import { type CollectionPage, type Query, readCollection } from './collection-reader.js';
import type { ValueMacs } from './lt-hash.js';
import { PageVerifier } from './page-verifier.js';
import type { SyncKeys } from './sync-keys.js';
import type { Address } from '../../../contacts/address.js';
import type { Transaction } from '../../../database/transaction.js';
import type { Ownership } from '../../session/ownership.js';

/** Takes over what a page says, in the transaction that commits the collection's new version. */
export type ApplyMutations = (tx: Transaction, mutations: Mutation[], removed: Address[]) => Promise<void>;

export interface CollectionSyncOptions {
  accountId: number;
  collection: string;
  query: Query;
  keys: SyncKeys;
  apply: ApplyMutations;
  repository: AppStateRepository;
  ownership: Ownership;
}

/**
 * Reads one app-state collection up to the server's version. Each page is verified whole, then committed whole:
 * records, what they say, and the version that says so, in one transaction.
 */
export class CollectionSync {
  private readonly verifier: PageVerifier;

  constructor(private readonly options: CollectionSyncOptions) {
    this.verifier = new PageVerifier(options.collection, (keyId) => options.keys.get(keyId));
  }

  /**
   * @param anew read all records again, as when the local ones are in doubt
   * @returns the version reached
   * @throws CorruptAppState, MissingSyncKey, CollectionRefused, or what the line and the media host throw
   */
  async read(anew: boolean): Promise<number> {
    const { accountId, collection, query, repository, keys } = this.options;
    await keys.requireAny();
    let state = await repository.getState(accountId, collection);
    let wantSnapshot = anew || state.version === 0;
    for (;;) {
      const page = await readCollection(query, { collection, version: state.version, wantSnapshot });
      const before = state.version;
      state = await this.takeOver(state, page);
      if (!page.hasMore) return state.version;
      if (state.version === before && !page.snapshot) {
        throw new CorruptAppState('The server says that there is more, but does not give it');
      }
      wantSnapshot = false;
    }
  }

  private async takeOver(state: CollectionState, page: CollectionPage): Promise<CollectionState> {
    const startsAnew = page.snapshot !== null || (state.version === 0 && page.patches.length > 0);
    const known: ValueMacs = startsAnew ? new Map() : await this.findValueMacs(state, page);
    const start = startsAnew ? { ...state, generation: state.generation + 1 } : state;
    const verified = await this.verifier.verify(start, page, known);
    await this.options.ownership.transaction((tx) => this.commit(tx, verified.state, verified.mutations, startsAnew));
    return verified.state;
  }

  private findValueMacs({ generation }: CollectionState, page: CollectionPage): Promise<ValueMacs> {
    const indexMacs = page.patches.flatMap(({ mutations }) => mutations.map(({ indexMac }) => indexMac));
    const { accountId, collection, repository } = this.options;
    return repository.findValueMacs(accountId, collection, generation, indexMacs);
  }

  private async commit(
    tx: Transaction,
    state: CollectionState,
    mutations: Mutation[],
    startsAnew: boolean,
  ): Promise<void> {
    const { accountId, collection, repository, apply } = this.options;
    const last = [...new Map(mutations.map((mutation) => [mutation.indexMac.toString('hex'), mutation])).values()];
    const kept = last.filter(({ operation }) => operation === 'SET').map(toRecord);
    const deleted = last.filter(({ operation }) => operation === 'REMOVE').map(({ indexMac }) => indexMac);

    await repository.saveRecords(tx, accountId, collection, state.generation, kept);
    const removed = await repository.deleteRecords(tx, accountId, collection, deleted);
    if (startsAnew) {
      removed.push(...(await repository.deleteEarlier(tx, accountId, collection, state.generation)));
    }
    await apply(tx, mutations, removed);
    await repository.saveState(tx, accountId, collection, state);
  }
}

function toRecord(mutation: Mutation): KeptRecord {
  const { indexMac, valueMac } = mutation;
  return { indexMac, valueMac, address: addressOf(mutation) };
}
