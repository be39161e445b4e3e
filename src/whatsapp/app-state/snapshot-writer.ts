import type { Transaction } from '../../database/transaction.js';
import type { Mutation } from './app-state-crypto.js';
import { CorruptAppState } from './app-state-errors.js';
import type { CollectionState } from './app-state.repository.js';
import { changedOf, type PageDestination, toRecord } from './applied-page.js';
import type { PageResult } from './page-job.js';
import type { PageSink } from './page-reader.js';

/**
 * Writes a snapshot in transactions of some thousand records each, as a generation of its own beside the records that are stored,
 * and makes it the one that counts in the last transaction. Whenever it stops before that, the version that was stored goes on to
 * count; what was written of contacts is true all the same.
 */
export class SnapshotWriter implements PageSink {
  private result: PageResult | null = null;
  private removed: Buffer[] = [];
  private repaired = 0;

  constructor(
    private readonly options: PageDestination,
    private readonly held: CollectionState,
  ) {}

  /** @throws CorruptAppState when it is older than what is stored, as servers' snapshots may be */
  async verified(result: PageResult): Promise<void> {
    const { accountId, collection, repository } = this.options;
    const { version, generation } = this.held;
    if (result.version < version)
      throw new CorruptAppState(
        `A snapshot of version ${result.version} is older than ${version}, which is stored`,
      );
    this.result = result;
    this.removed = [];
    this.repaired = 0;
    await this.write((tx) => repository.deleteLater(tx, accountId, collection, generation));
  }

  async mutations(batch: Mutation[]): Promise<void> {
    const { accountId, collection, repository, handler } = this.options;
    const [set, removed] = [ofKind(batch, 'SET'), ofKind(batch, 'REMOVE')];
    this.removed.push(...removed.map(({ indexMac }) => indexMac));
    const indexMacs = set.map(({ indexMac }) => indexMac);
    const before = await repository.findValueMacs(accountId, collection, this.held.generation, indexMacs);
    const page = { mutations: set, changed: changedOf(set, before), removed: [] };
    this.repaired += await this.write(async (tx) => {
      await repository.saveRecords(tx, accountId, collection, this.generation, set.map(toRecord));
      return handler.apply(tx, page, { isReconciliation: this.isReconciliation });
    });
  }

  /** Makes the snapshot the one that counts. @returns the new state */
  async finish(): Promise<CollectionState> {
    const { accountId, collection, repository, handler } = this.options;
    const { result, generation, isReconciliation, removed } = this;
    if (!result) throw new CorruptAppState('A snapshot is empty');
    const { version, ltHash, doubts } = result;
    const isComplete = !doubts.snapshot;
    // What a snapshot leaves in doubt is complete one day, by another snapshot.
    const next = { version, ltHash, generation, isRebuilding: false };
    await this.write(async (tx) => {
      const gone = await repository.deleteRecords(tx, accountId, collection, removed);
      if (isComplete) gone.push(...(await repository.deleteEarlier(tx, accountId, collection, generation)));
      else await repository.deleteReplaced(tx, accountId, collection, generation);
      const page = { mutations: [], changed: [], removed: gone };
      const repaired = this.repaired + (await handler.apply(tx, page, { isReconciliation }));
      await handler.finish?.(tx, { doubts, isComplete, isReconciliation, generation, repaired });
      await repository.saveState(tx, accountId, collection, next);
      await repository.markSnapshot(tx, accountId, collection, doubts.snapshot);
    });
    return next;
  }

  private get generation(): number {
    return this.held.generation + 1;
  }

  private get isReconciliation(): boolean {
    return this.result?.version === this.held.version && !this.result.doubts.snapshot;
  }

  /** Commits only while the stored version is the one that was held when the read began. */
  private async write<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const { accountId, collection, repository, lease } = this.options;
    return lease.transaction(async (tx) => {
      await repository.requireState(tx, accountId, collection, this.held);
      return work(tx);
    });
  }
}

function ofKind(mutations: Mutation[], operation: Mutation['operation']): Mutation[] {
  return mutations.filter((mutation) => mutation.operation === operation);
}
