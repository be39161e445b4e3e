import type { Transaction } from '../../database/transaction.js';
import type { CollectionState } from './app-state.repository.js';
import type { Mutation } from './app-state-crypto.js';
import { CorruptAppState } from './app-state-errors.js';
import { changedOf, ofKind, type PageDestination, toRecord } from './applied-page.js';
import type { PageResult } from './page-job.js';
import type { PageSink } from './page-reader.js';

/**
 * Writes a snapshot in transactions of a few thousand records each, as a separate generation alongside the stored
 * records. The last transaction makes it the current one. If writing stops before that, the stored version remains
 * current; contacts that were already written are correct nevertheless.
 */
export class SnapshotWriter implements PageSink {
  private result: PageResult | null = null;
  private removed: Buffer[] = [];
  private repaired = 0;

  constructor(
    private readonly options: PageDestination,
    private readonly stored: CollectionState,
  ) {}

  /** @throws CorruptAppState if it is older than the stored version, which can happen with snapshots of the server */
  async verified(result: PageResult): Promise<void> {
    const { version, generation } = this.stored;
    if (result.version < version)
      throw new CorruptAppState(
        `A snapshot has version ${result.version}, which is older than the stored version ${version}`,
      );
    this.result = result;
    this.removed = [];
    this.repaired = 0;
    await this.write((tx) => this.options.repository.deleteLater(tx, this.options, generation));
  }

  async mutations(batch: Mutation[]): Promise<void> {
    const { repository, handler } = this.options;
    const [set, removed] = [ofKind(batch, 'SET'), ofKind(batch, 'REMOVE')];
    this.removed.push(...removed.map(({ indexMac }) => indexMac));
    const indexMacs = set.map(({ indexMac }) => indexMac);
    const { version, generation } = this.stored;
    const before =
      version === 0
        ? new Map<string, Buffer>()
        : await repository.findValueMacs(this.options, generation, indexMacs);
    const page = { mutations: set, changed: changedOf(set, before), removed: [] };
    this.repaired += await this.write(async (tx) => {
      await repository.saveRecords(tx, this.options, this.generation, set.map(toRecord));
      return handler.apply(tx, page, { isReconciliation: this.isReconciliation });
    });
  }

  /** Makes the snapshot the current one. @returns the new state */
  async finish(): Promise<CollectionState> {
    const { repository, handler } = this.options;
    const { result, generation, isReconciliation, removed } = this;
    if (!result) throw new CorruptAppState('A snapshot is empty');
    const { version, ltHash, doubts } = result;
    const isComplete = !doubts.snapshot;
    // A later snapshot completes the records that this one could not verify.
    const next = { version, ltHash, generation, isRebuilding: false };
    await this.write(async (tx) => {
      const gone = await repository.deleteRecords(tx, this.options, removed);
      if (isComplete) gone.push(...(await repository.deleteEarlier(tx, this.options, generation)));
      else await repository.deleteReplaced(tx, this.options, generation);
      const page = { mutations: [], changed: [], removed: gone };
      const repaired = this.repaired + (await handler.apply(tx, page, { isReconciliation }));
      await handler.finish?.(tx, { doubts, isComplete, isReconciliation, generation, repaired });
      await repository.saveState(tx, this.options, next);
      await repository.markSnapshot(tx, this.options, doubts.snapshot);
    });
    return next;
  }

  private get generation(): number {
    return this.stored.generation + 1;
  }

  private get isReconciliation(): boolean {
    return this.result?.version === this.stored.version && !this.result.doubts.snapshot;
  }

  /** Commits only while the stored version is the same as when the read began. */
  private async write<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const { repository, lease } = this.options;
    return lease.transaction(async (tx) => {
      await repository.requireState(tx, this.options, this.stored);
      return work(tx);
    });
  }
}
