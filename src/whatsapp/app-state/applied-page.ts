import type { Transaction } from '../../database/transaction.js';
import type { Address } from '../../kernel/identifiers/address.js';
import type { Lease } from '../lease/lease.js';
import { addressOf } from './address-book-mutations.js';
import type { AppStateRepository, CollectionKey, StoredRecord } from './app-state.repository.js';
import type { Mutation } from './app-state-crypto.js';
import { macKeyOf, type ValueMacs } from './lt-hash.js';
import type { Doubts } from './page-job.js';

/** Mutations whose records are stored. */
export interface AppliedMutations {
  /** The last mutation of each record. */
  mutations: Mutation[];
  /** Mutations among them that were not already stored unchanged. */
  changed: Mutation[];
  /** Contacts that no longer have a record. */
  removed: Address[];
}

/** Result of a page. */
export interface PageEnd {
  doubts: Doubts;
  /** Whether the whole collection has been read, so that no other records exist. */
  isComplete: boolean;
  /** Whether it is the version that was already stored, so that every difference was an error in the tables. */
  isReconciliation: boolean;
  /** Generation of the current records. */
  generation: number;
  /** Number of contacts that a reconciliation has changed. */
  repaired: number;
}

/** Applies a collection to an account. */
export interface PageHandler {
  /**
   * Applies mutations in the transaction that stores their records. Called again when a page is restarted.
   * @returns how many contacts a reconciliation has changed
   */
  apply(tx: Transaction, page: AppliedMutations, options: Pick<PageEnd, 'isReconciliation'>): Promise<number>;
  /** Called when all of a page is written, in the transaction that commits the collection's new version. */
  finish?(tx: Transaction, end: PageEnd): Promise<void>;
  /** Called when a snapshot was unusable, with the reason. */
  snapshotFailed?(tx: Transaction, reason: string): Promise<void>;
}

/** The collection and stores that pages are written to. */
export interface PageDestination extends CollectionKey {
  handler: PageHandler;
  repository: AppStateRepository;
  lease: Lease;
}

export function toRecord(mutation: Mutation): StoredRecord {
  const { indexMac, valueMac } = mutation;
  return { indexMac, valueMac, address: addressOf(mutation) };
}

export function ofKind(mutations: Mutation[], operation: Mutation['operation']): Mutation[] {
  return mutations.filter((mutation) => mutation.operation === operation);
}

/** Returns the mutations that differ from the stored value MACs. */
export function changedOf(mutations: Mutation[], before: ValueMacs): Mutation[] {
  return mutations.filter(({ indexMac, valueMac }) => !before.get(macKeyOf(indexMac))?.equals(valueMac));
}
