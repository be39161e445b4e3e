import type { Transaction } from '../../database/transaction.js';
import type { Mutation } from './app-state-crypto.js';
import { CorruptAppState } from './app-state-errors.js';
import type { CollectionState } from './app-state.repository.js';
import { changedOf, type PageDestination, toRecord } from './applied-page.js';
import type { PageResult } from './page-job.js';
import type { PageSink } from './page-reader.js';

/** What a page of patches is applied to. */
export interface PatchedCollection {
  /** What is stored. */
  held: CollectionState;
  /** From where the patches start: `held`, or the beginning. */
  start: CollectionState;
  isAnew: boolean;
  hasMore: boolean;
}

/**
 * Commits a page of patches whole: records, what they say, and the version that says so, in one transaction. That is bounded, as
 * the mutations of a page are (`MAX_MUTATIONS`).
 */
export class PatchWriter implements PageSink {
  private result: PageResult | null = null;
  private read: Mutation[] = [];

  constructor(
    private readonly options: PageDestination,
    private readonly patched: PatchedCollection,
  ) {}

  verified(result: PageResult): Promise<void> {
    this.result = result;
    this.read = [];
    return Promise.resolve();
  }

  mutations(batch: Mutation[]): Promise<void> {
    this.read.push(...batch);
    return Promise.resolve();
  }

  /** @returns the new state */
  async finish(): Promise<CollectionState> {
    const { accountId, collection, repository, lease } = this.options;
    const { held, start, isAnew, hasMore } = this.patched;
    if (!this.result) throw new CorruptAppState('A page is empty');
    const { version, ltHash, doubts } = this.result;
    const isComplete = start.isRebuilding && !hasMore && doubts.patches === 0;
    if (!isAnew && !isComplete && version === held.version) return held;
    const next = { ...start, version, ltHash, isRebuilding: start.isRebuilding && !isComplete };
    const indexMacs = this.read.map(({ indexMac }) => indexMac);
    const before = await repository.findValueMacs(accountId, collection, held.generation, indexMacs);
    const changed = changedOf(this.read, before);
    await lease.transaction((tx) => this.commit(tx, next, { changed, isComplete, doubts }));
    return next;
  }

  private async commit(
    tx: Transaction,
    next: CollectionState,
    {
      changed,
      isComplete,
      doubts,
    }: { changed: Mutation[]; isComplete: boolean } & Pick<PageResult, 'doubts'>,
  ): Promise<void> {
    const { accountId, collection, repository, handler } = this.options;
    const { held, isAnew } = this.patched;
    const { generation } = next;
    await repository.requireState(tx, accountId, collection, held);
    if (isAnew) await repository.deleteLater(tx, accountId, collection, held.generation);
    const kept = this.read.filter(({ operation }) => operation === 'SET').map(toRecord);
    const deleted = this.read
      .filter(({ operation }) => operation === 'REMOVE')
      .map(({ indexMac }) => indexMac);
    await repository.saveRecords(tx, accountId, collection, generation, kept);
    const removed = await repository.deleteRecords(tx, accountId, collection, deleted);
    if (isComplete) removed.push(...(await repository.deleteEarlier(tx, accountId, collection, generation)));
    const isReconciliation = isComplete && next.version === held.version;
    const page = { mutations: this.read, changed, removed };
    const repaired = await handler.apply(tx, page, { isReconciliation });
    await handler.finish?.(tx, { doubts, isComplete, isReconciliation, generation, repaired });
    await repository.saveState(tx, accountId, collection, next);
  }
}
