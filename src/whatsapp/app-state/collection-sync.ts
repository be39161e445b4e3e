import { Logger } from '@nestjs/common';
import { MediaUnavailable } from '../wire/media-file.js';
import { CollectionRefused, CorruptAppState, MissingSyncKey } from './app-state-errors.js';
import type { Mutation } from './app-state-crypto.js';
import type {
  AppStateRepository,
  CollectionState,
  KeptCollection,
  KeptRecord,
} from './app-state.repository.js';
import { addressOf } from './address-book-mutations.js';
import { type CollectionPage, type Query, readCollection } from './collection-reader.js';
import { LT_HASH_BYTES, type ValueMacs } from './lt-hash.js';
import { type Doubts, PageVerifier, type VerifiedPage } from './page-verifier.js';
import { readRecovery } from './snapshot-recovery.js';
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
  /** Of whom the collection speaks, where it has been read from its beginning to its end: then nobody else is in it. */
  everybody: Address[] | null;
  /** Whether it is the version that was held already, so that every difference was an error in the tables. */
  isReconciliation: boolean;
  doubts: Doubts;
}

/** Writes what a page says, in the transaction that commits the collection's new version. */
export type ApplyPage = (tx: Transaction, page: AppliedPage) => Promise<void>;

/** What is to be known of a collection that has been read up to the server's version. */
export type ReadCollection = Pick<KeptCollection, 'hasSnapshotFailed'>;

/** How a collection is to be read. */
export interface ReadOptions {
  /** All records again, as when the local ones are in doubt. */
  anew: boolean;
  /** Take what can be read of what does not add up: everything else has been tried. */
  isLenient: boolean;
}

export interface CollectionSyncOptions {
  accountId: number;
  collection: string;
  query: Query;
  keys: SyncKeys;
  apply: ApplyPage;
  /** A snapshot was of no use, for this reason. */
  snapshotFailed(tx: Transaction, reason: string): Promise<void>;
  repository: AppStateRepository;
  lease: Lease;
}

/**
 * Reads one app-state collection up to the server's version. Each page is verified whole, then committed whole:
 * records, what they say, and the version that says so, in one transaction.
 *
 * Where a snapshot cannot be had or does not add up, the patches go on from the version that is held: whatever the server
 * gets wrong, the address book stays current. Another snapshot is then asked for hours later.
 */
export class CollectionSync {
  private readonly logger = new Logger(CollectionSync.name);
  private readonly verifier: PageVerifier;

  constructor(private readonly options: CollectionSyncOptions) {
    this.verifier = new PageVerifier(options.collection, (keyId) => options.keys.get(keyId));
  }

  /** @throws CorruptAppState, MissingSyncKey, CollectionRefused, or what the connection and the media server throw */
  async read(how: ReadOptions): Promise<ReadCollection> {
    const { accountId, collection, repository, keys } = this.options;
    await keys.requireAny();
    let held = await repository.getState(accountId, collection);
    if (held.hasRecovery) held = await this.recover(held);
    const isNew = held.version === 0;
    const isSpared = !how.isLenient && held.hasSnapshotFailed;
    if (!isNew && (!how.anew || isSpared)) {
      await this.readPages(held, PATCHES);
      return held;
    }
    try {
      await this.readPages(held, { ...how, anew: true });
    } catch (error) {
      if (isNew || how.isLenient || !isFaultOfServer(error)) throw error;
      await this.noteFailure(error as Error);
      await this.readPages(await repository.getState(accountId, collection), PATCHES);
    }
    return repository.getState(accountId, collection);
  }

  /** Takes what the phone itself has sent of the collection, in the place of a snapshot. */
  private async recover(held: CollectionState): Promise<KeptCollection> {
    const { accountId, collection, repository, keys, lease } = this.options;
    const answer = await repository.findRecovery(accountId, collection);
    try {
      const { mutations, version, ltHash } = await readRecovery(answer, collection, (id) => keys.get(id));
      if (version < held.version)
        throw new CorruptAppState(`The phone has sent version ${version}; ${held.version} is read already`);
      const state = { version, ltHash, generation: held.generation + 1, isRebuilding: true };
      const verified = { state, mutations, doubts: { snapshot: false, patches: 0 } };
      await this.keep(held, verified, { isComplete: true, hasSnapshot: true });
      this.logger.log(`Read ${mutations.length} records of ${collection} that the phone has sent`);
    } catch (error) {
      // It must not hold up the patches; the phone is asked again one day.
      if (!(error instanceof CorruptAppState || error instanceof MissingSyncKey)) throw error;
      this.logger.warn(`What the phone has sent is of no use: ${error.message}`);
    }
    await lease.transaction((tx) => repository.saveRecovery(tx, accountId, collection, null));
    return repository.getState(accountId, collection);
  }

  private async noteFailure(error: Error): Promise<void> {
    const { accountId, collection, repository, lease } = this.options;
    this.logger.warn(`Going on without a snapshot of ${collection}: ${error.message}`);
    await lease.transaction(async (tx) => {
      await repository.markSnapshot(tx, accountId, collection, true);
      await this.options.snapshotFailed(tx, error.message);
    });
  }

  private async readPages(held: CollectionState, { anew, isLenient }: ReadOptions): Promise<void> {
    const { collection, query } = this.options;
    let state = held;
    let wantSnapshot = anew;
    for (;;) {
      const version = wantSnapshot ? 0 : state.version;
      const page = await readCollection(query, { collection, version, wantSnapshot });
      const before = state.version;
      state = await this.applyPage(state, page, { fromZero: wantSnapshot, isLenient });
      if (!page.hasMore) return;
      if (state.version === before && !page.snapshot) {
        throw new CorruptAppState('The server says that there is more, but does not give it');
      }
      wantSnapshot = false;
    }
  }

  private async applyPage(
    held: CollectionState,
    page: CollectionPage,
    { fromZero, isLenient }: { fromZero: boolean; isLenient: boolean },
  ): Promise<CollectionState> {
    const isAnew = page.snapshot !== null || (fromZero && page.patches.length > 0);
    const known = isAnew ? new Map<string, Buffer | null>() : await this.findValueMacs(held, patched(page));
    const start = isAnew
      ? {
          version: 0,
          ltHash: Buffer.alloc(LT_HASH_BYTES),
          generation: held.generation + 1,
          isRebuilding: true,
        }
      : held;
    const verified = await this.verifier.verify(start, page, known, isLenient);
    const { state, doubts } = verified;
    const isWhole = page.snapshot ? !doubts.snapshot : !page.hasMore && doubts.patches === 0;
    const isComplete = state.isRebuilding && isWhole;
    if (!isAnew && !isComplete && state.version === held.version) return held;
    return this.keep(held, verified, { isComplete, hasSnapshot: page.snapshot !== null });
  }

  private async keep(
    held: CollectionState,
    { state, mutations: all, doubts }: VerifiedPage,
    { isComplete, hasSnapshot }: Pick<ReadPage, 'isComplete' | 'hasSnapshot'>,
  ): Promise<CollectionState> {
    // What a snapshot leaves in doubt is complete one day, by another snapshot.
    const next = { ...state, isRebuilding: state.isRebuilding && !isComplete && !doubts.snapshot };
    const mutations = lastOfEach(all);
    const before = await this.findValueMacs(
      held,
      mutations.map(({ indexMac }) => indexMac),
    );
    const changed = mutations.filter(
      ({ indexMac, valueMac }) => !before.get(indexMac.toString('hex'))?.equals(valueMac),
    );
    await this.options.lease.transaction((tx) =>
      this.commit(tx, { held, next, mutations, changed, isComplete, hasSnapshot, doubts }),
    );
    return next;
  }

  private findValueMacs({ generation }: CollectionState, indexMacs: Buffer[]): Promise<ValueMacs> {
    const { accountId, collection, repository } = this.options;
    return repository.findValueMacs(accountId, collection, generation, indexMacs);
  }

  private async commit(tx: Transaction, page: ReadPage): Promise<void> {
    const { held, next, mutations, changed, isComplete, hasSnapshot, doubts } = page;
    const { accountId, collection, repository, apply } = this.options;
    await repository.requireState(tx, accountId, collection, held);
    const kept = mutations.filter(({ operation }) => operation === 'SET').map(toRecord);
    const deleted = mutations
      .filter(({ operation }) => operation === 'REMOVE')
      .map(({ indexMac }) => indexMac);

    await repository.saveRecords(tx, accountId, collection, next.generation, kept);
    const removed = await repository.deleteRecords(tx, accountId, collection, deleted);
    if (isComplete)
      removed.push(...(await repository.deleteEarlier(tx, accountId, collection, next.generation)));
    const everybody = isComplete ? await this.findEverybody(tx, page, kept) : null;
    const isReconciliation = isComplete && next.version === held.version;
    await apply(tx, { mutations, changed, removed, everybody, isReconciliation, doubts });
    await repository.saveState(tx, accountId, collection, next);
    if (hasSnapshot) await repository.markSnapshot(tx, accountId, collection, doubts.snapshot);
  }

  /** Of whom a snapshot speaks, or the pages that were read from version 0. */
  private async findEverybody(tx: Transaction, { hasSnapshot, next }: ReadPage, kept: KeptRecord[]) {
    if (hasSnapshot) return kept.flatMap(({ address }) => address ?? []);
    const { accountId, collection, repository } = this.options;
    return repository.findPeople(tx, accountId, collection, next.generation);
  }
}

const PATCHES: ReadOptions = { anew: false, isLenient: false };

/** A page that was opened, and what was held before it. */
interface ReadPage extends Pick<AppliedPage, 'mutations' | 'changed' | 'doubts'> {
  held: CollectionState;
  next: CollectionState;
  isComplete: boolean;
  hasSnapshot: boolean;
}

/** Whether the server, or the media server, has given what is of no use: then patches may do better than a snapshot. */
function isFaultOfServer(error: unknown): boolean {
  return (
    error instanceof CorruptAppState ||
    error instanceof CollectionRefused ||
    error instanceof MediaUnavailable
  );
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
