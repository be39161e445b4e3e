import type { Transaction } from '../../database/transaction.js';
import type { CollectionState } from './app-state.repository.js';
import type { Mutation } from './app-state-crypto.js';
import { CorruptAppState } from './app-state-errors.js';
import { changedOf, ofKind, type PageDestination, toRecord } from './applied-page.js';
import type { PageResult } from './page-job.js';
import type { PageSink } from './page-reader.js';

/** The state that a page of patches is applied to. */
export interface PatchedCollection {
  stored: CollectionState;
  /** State that the patches start from: `stored`, or the beginning. */
  start: CollectionState;
  /** Whether the patches start from the beginning. */
  isRebuild: boolean;
  hasMore: boolean;
}

/**
 * Commits a page of patches in one transaction: records, contacts and version. The size of the transaction is bounded
 * by `MAX_MUTATIONS`.
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
    const { repository, lease } = this.options;
    const { stored, start, isRebuild, hasMore } = this.patched;
    if (!this.result) throw new CorruptAppState('A page is empty');
    const { version, ltHash, doubts } = this.result;
    const isComplete = start.isRebuilding && !hasMore && doubts.patches === 0;
    if (!isRebuild && !isComplete && version === stored.version) return stored;
    const next = { ...start, version, ltHash, isRebuilding: start.isRebuilding && !isComplete };
    const indexMacs = this.read.map(({ indexMac }) => indexMac);
    const before = await repository.findValueMacs(this.options, stored.generation, indexMacs);
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
    const { repository, handler } = this.options;
    const { stored, isRebuild } = this.patched;
    const { generation } = next;
    await repository.requireState(tx, this.options, stored);
    if (isRebuild) await repository.deleteLater(tx, this.options, stored.generation);
    await repository.saveRecords(tx, this.options, generation, ofKind(this.read, 'SET').map(toRecord));
    const deleted = ofKind(this.read, 'REMOVE').map(({ indexMac }) => indexMac);
    const removed = await repository.deleteRecords(tx, this.options, deleted);
    if (isComplete) removed.push(...(await repository.deleteEarlier(tx, this.options, generation)));
    const isReconciliation = isComplete && next.version === stored.version;
    const page = { mutations: this.read, changed, removed };
    const repaired = await handler.apply(tx, page, { isReconciliation });
    await handler.finish?.(tx, { doubts, isComplete, isReconciliation, generation, repaired });
    await repository.saveState(tx, this.options, next);
  }
}
