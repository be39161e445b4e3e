import type { Address } from '../../contacts/address.js';
import type { Transaction } from '../../database/transaction.js';
import type { Lease } from '../lease/lease.js';
import { addressOf } from './address-book-mutations.js';
import type { Mutation } from './app-state-crypto.js';
import type { AppStateRepository, KeptRecord } from './app-state.repository.js';
import { macKeyOf, type ValueMacs } from './lt-hash.js';
import type { Doubts } from './page-job.js';

/** Mutations whose records are stored. */
export interface AppliedMutations {
  /** The last word on each record. */
  mutations: Mutation[];
  /** Those of them that were not stored, word for word, before. */
  changed: Mutation[];
  /** Contacts of whom no record is left. */
  removed: Address[];
}

/** How a page ended. */
export interface PageEnd {
  doubts: Doubts;
  /** Whether the collection has been read from its beginning to its end: then no other records exist. */
  isComplete: boolean;
  /** Whether it is the version that was stored already, so that every difference was an error in the tables. */
  isReconciliation: boolean;
  /** Of the records that count. */
  generation: number;
  /** Contacts that a reconciliation has changed. */
  repaired: number;
}

/** What a collection means to an account. */
export interface PageHandler {
  /**
   * Writes what mutations say, in the transaction that stores their records; called again when a page was begun again.
   * @returns how many contacts a reconciliation has changed
   */
  apply(tx: Transaction, page: AppliedMutations, options: Pick<PageEnd, 'isReconciliation'>): Promise<number>;
  /** All of a page is written; in the transaction that commits the collection's new version. */
  finish?(tx: Transaction, end: PageEnd): Promise<void>;
  /** A snapshot was of no use, for this reason. */
  snapshotFailed?(tx: Transaction, reason: string): Promise<void>;
}

/** Whose collection pages are written to, and where. */
export interface PageDestination {
  accountId: number;
  collection: string;
  handler: PageHandler;
  repository: AppStateRepository;
  lease: Lease;
}

export function toRecord(mutation: Mutation): KeptRecord {
  const { indexMac, valueMac } = mutation;
  return { indexMac, valueMac, address: addressOf(mutation) };
}

/** @param before value MACs that are stored */
export function changedOf(mutations: Mutation[], before: ValueMacs): Mutation[] {
  return mutations.filter(({ indexMac, valueMac }) => !before.get(macKeyOf(indexMac))?.equals(valueMac));
}
