import { CorruptAppState } from './app-state-errors.js';
import type { Mutation } from './app-state-crypto.js';
import type { AppStateRepository, CollectionState, KeptRecord } from './app-state.repository.js';
import { addressOf } from './address-book-mutations.js';
import { type CollectionPage, type Query, readCollection } from './collection-reader.js';
import { LT_HASH_BYTES, type ValueMacs } from './lt-hash.js';
import { PageVerifier } from './page-verifier.js';
import type { SyncKeys } from './sync-keys.js';
import type { Address } from '../../contacts/address.js';
import type { Transaction } from '../../database/transaction.js';
import type { Lease } from '../lease/lease.js';

/** What a page says, once its records are kept. */
export interface AppliedPage {
  /** The last word on each record. */
  mutations: Mutation[];
  /** Those of them that were not known, word for word, before. */
  changed: Mutation[];
  /** People of whom no record is left. */
  removed: Address[];
  /** Whether the collection was read from its beginning: then nobody else is in it but people. */
  isWhole: boolean;
  /** Whom the page's records speak of. */
  people: Address[];
  /** Whether it is the version that was held already, so that every difference was an error in the tables. */
  isReconciliation: boolean;
}

/** Writes what a page says, in the transaction that commits the collection's new version. */
export type ApplyPage = (tx: Transaction, page: AppliedPage) => Promise<void>;

export interface CollectionSyncOptions {
  accountId: number;
  collection: string;
  query: Query;
  keys: SyncKeys;
  apply: ApplyPage;
  repository: AppStateRepository;
  lease: Lease;
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
   * @throws CorruptAppState, MissingSyncKey, CollectionRefused, or what the connection and the media server throw
   */
  async read(anew: boolean): Promise<number> {
    const { accountId, collection, query, repository, keys } = this.options;
    await keys.requireAny();
    let state = await repository.getState(accountId, collection);
    let wantSnapshot = anew || state.version === 0;
    for (;;) {
      const version = wantSnapshot ? 0 : state.version;
      const page = await readCollection(query, { collection, version, wantSnapshot });
      const before = state.version;
      state = await this.applyPage(state, page, wantSnapshot);
      if (!page.hasMore) return state.version;
      if (state.version === before && !page.snapshot) {
        throw new CorruptAppState('The server says that there is more, but does not give it');
      }
      wantSnapshot = false;
    }
  }

  private async applyPage(
    held: CollectionState,
    page: CollectionPage,
    fromZero: boolean,
  ): Promise<CollectionState> {
    const isWhole = page.snapshot !== null || (fromZero && page.patches.length > 0);
    const known = isWhole ? new Map<string, Buffer | null>() : await this.findValueMacs(held, patched(page));
    const start = isWhole
      ? { version: 0, ltHash: Buffer.alloc(LT_HASH_BYTES), generation: held.generation + 1 }
      : held;
    const verified = await this.verifier.verify(start, page, known);
    if (!isWhole && verified.state.version === held.version) return held;
    const mutations = lastOfEach(verified.mutations);
    const before = await this.findValueMacs(
      held,
      mutations.map(({ indexMac }) => indexMac),
    );
    const changed = mutations.filter(
      ({ indexMac, valueMac }) => !before.get(indexMac.toString('hex'))?.equals(valueMac),
    );
    await this.options.lease.transaction((tx) =>
      this.commit(tx, { held, state: verified.state, mutations, changed, isWhole }),
    );
    return verified.state;
  }

  private findValueMacs({ generation }: CollectionState, indexMacs: Buffer[]): Promise<ValueMacs> {
    const { accountId, collection, repository } = this.options;
    return repository.findValueMacs(accountId, collection, generation, indexMacs);
  }

  private async commit(
    tx: Transaction,
    { held, state, mutations, changed, isWhole }: ReadPage,
  ): Promise<void> {
    const { accountId, collection, repository, apply } = this.options;
    await repository.requireState(tx, accountId, collection, held);
    const kept = mutations.filter(({ operation }) => operation === 'SET').map(toRecord);
    const deleted = mutations
      .filter(({ operation }) => operation === 'REMOVE')
      .map(({ indexMac }) => indexMac);

    await repository.saveRecords(tx, accountId, collection, state.generation, kept);
    const removed = await repository.deleteRecords(tx, accountId, collection, deleted);
    if (isWhole) {
      removed.push(...(await repository.deleteEarlier(tx, accountId, collection, state.generation)));
    }
    const people = kept.flatMap(({ address }) => (address ? [address] : []));
    const isReconciliation = isWhole && state.version === held.version;
    await apply(tx, { mutations, changed, removed, isWhole, people, isReconciliation });
    await repository.saveState(tx, accountId, collection, state);
  }
}

/** A verified page, and what was held before it. */
interface ReadPage extends Pick<AppliedPage, 'mutations' | 'changed' | 'isWhole'> {
  held: CollectionState;
  state: CollectionState;
}

function patched({ patches }: CollectionPage): Buffer[] {
  return patches.flatMap(({ mutations }) => mutations.map(({ indexMac }) => indexMac));
}

/** A record may be set and removed in one page; only the last word on it counts, and its place among the others. */
function lastOfEach(mutations: Mutation[]): Mutation[] {
  const last = new Map<string, Mutation>();
  for (const mutation of mutations) {
    const key = mutation.indexMac.toString('hex');
    last.delete(key);
    last.set(key, mutation);
  }
  return [...last.values()];
}

function toRecord(mutation: Mutation): KeptRecord {
  const { indexMac, valueMac } = mutation;
  return { indexMac, valueMac, address: addressOf(mutation) };
}
