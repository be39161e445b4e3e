import { Logger } from '@nestjs/common';
import type { ReaderPool } from '../reading/reader-pool.js';
import { ReadNotEnded } from '../reading/reader-errors.js';
import { InputRefused } from '../wire/input-refused.js';
import { MediaUnavailable } from '../wire/media-unavailable.js';
import type { PageDestination } from './applied-page.js';
import { CollectionRefused, CorruptAppState, MissingSyncKey, ReadSuspended } from './app-state-errors.js';
import type { CollectionState, KeptCollection } from './app-state.repository.js';
import { type CollectionPage, type Query, readCollection } from './collection-reader.js';
import { LT_HASH_BYTES } from './lt-hash.js';
import type { PageInput } from './page-job.js';
import { PageReader } from './page-reader.js';
import { PatchWriter } from './patch-writer.js';
import { SnapshotWriter } from './snapshot-writer.js';
import type { SyncKeys } from './sync-keys.js';

/** What is to be known of a collection that has been read up to the server's version. */
export type ReadCollection = Pick<KeptCollection, 'hasSnapshotFailed'>;

/** How a collection is to be read. */
export interface ReadOptions {
  /** All records again, as when the local ones are in doubt. */
  anew: boolean;
  /** Accept what can be read of what does not add up: everything else has been tried. */
  isLenient: boolean;
}

export interface CollectionSyncOptions extends PageDestination {
  query: Query;
  keys: SyncKeys;
  readers: ReaderPool;
}

const PATCHES: ReadOptions = { anew: false, isLenient: false };
/** Of one read: beyond it the server does not come to an end. */
const MAX_PAGES = 1_000;

/**
 * Reads one app-state collection up to the server's version. Each page is verified whole before anything of it is used. Patches are
 * committed a page at a time; a snapshot in several transactions, of which the last one makes it count (SnapshotWriter).
 *
 * If a snapshot cannot be read or does not add up, the patches go on from the version that is stored: whatever the server
 * gets wrong, the address book stays current. Another snapshot is then requested hours later.
 */
export class CollectionSync {
  private readonly logger = new Logger(CollectionSync.name);
  private readonly reader: PageReader;

  constructor(private readonly options: CollectionSyncOptions) {
    this.reader = new PageReader(options);
  }

  /** @throws CorruptAppState, MissingSyncKey, CollectionRefused, or what the connection and the media server throw */
  async read(how: ReadOptions): Promise<ReadCollection> {
    const { accountId, collection, repository, keys } = this.options;
    await keys.requireAny();
    let held = await repository.getState(accountId, collection);
    if (held.hasRecovery) held = await this.recover(held);
    const isNew = held.version === 0;
    if (isNew && held.isSuspended) throw new ReadSuspended(collection);
    if (how.anew && held.isSuspended && !held.hasSnapshotFailed)
      await this.noteFailure(new ReadSuspended(collection));
    const maySnapshot = !held.isSuspended && (how.isLenient || !held.hasSnapshotFailed);
    if (!isNew && !(how.anew && maySnapshot)) {
      await this.readPages(held, PATCHES);
      return repository.getState(accountId, collection);
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

  /** Reads what the phone itself has sent of the collection, in the place of a snapshot. */
  private async recover(held: CollectionState): Promise<KeptCollection> {
    const { accountId, collection, repository, lease } = this.options;
    const recovery = await repository.findRecovery(accountId, collection);
    try {
      const writer = new SnapshotWriter(this.options, held);
      const input = { ...this.inputOf(held, { snapshot: null, patches: [] }), recovery };
      await this.reader.read(input, held.generation, writer);
      const { version } = await writer.finish();
      this.logger.log(`Read version ${version} of ${collection} that the phone has sent`);
    } catch (error) {
      // It must not hold up the patches; the phone is asked again one day.
      if (!(error instanceof MissingSyncKey || isFaultOfServer(error))) throw error;
      this.logger.warn(`Ignoring what the phone has sent: ${(error as Error).message}`);
    }
    await lease.transaction((tx) => repository.removeRecovery(tx, accountId, collection));
    return repository.getState(accountId, collection);
  }

  private async noteFailure(error: Error): Promise<void> {
    const { accountId, collection, repository, lease, handler } = this.options;
    this.logger.warn(`Continuing without a snapshot of ${collection}: ${error.message}`);
    await lease.transaction(async (tx) => {
      await repository.markSnapshot(tx, accountId, collection, true);
      await handler.snapshotFailed?.(tx, error.message);
    });
  }

  /** Ends when the server has no more, or announces more without returning a higher version. */
  private async readPages(held: CollectionState, { anew, isLenient }: ReadOptions): Promise<void> {
    const { collection, query } = this.options;
    let state = held;
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const wantSnapshot = anew && pages === 0;
      const version = wantSnapshot ? 0 : state.version;
      const page = await readCollection(query, { collection, version, wantSnapshot });
      const before = state.version;
      state = await this.applyPage(state, page, { fromZero: wantSnapshot, isLenient });
      if (!page.hasMore) return;
      if (state.version <= before && !page.snapshot)
        return this.logger.warn(`The server announces more of ${collection}, and does not return it`);
    }
    throw new CorruptAppState(`The server has sent ${MAX_PAGES} pages of ${collection}, and announces more`);
  }

  private async applyPage(
    held: CollectionState,
    page: CollectionPage,
    { fromZero, isLenient }: { fromZero: boolean; isLenient: boolean },
  ): Promise<CollectionState> {
    if (page.snapshot) {
      const writer = new SnapshotWriter(this.options, held);
      await this.reader.read({ ...this.inputOf(held, page), isLenient }, held.generation, writer);
      return writer.finish();
    }
    const isAnew = fromZero && page.patches.length > 0;
    const start = isAnew ? beginning(held) : held;
    const writer = new PatchWriter(this.options, { held, start, isAnew, hasMore: page.hasMore });
    await this.reader.read({ ...this.inputOf(start, page), isLenient }, start.generation, writer);
    return writer.finish();
  }

  private inputOf(
    { version, ltHash }: CollectionState,
    { snapshot, patches }: Pick<CollectionPage, 'snapshot' | 'patches'>,
  ): PageInput {
    const { collection } = this.options;
    return { collection, version, ltHash, snapshot, patches, recovery: null, isLenient: false };
  }
}

/** The state from which a collection is read again from its first patch; the records before stay until it is complete. */
function beginning({ generation }: CollectionState): CollectionState {
  return {
    version: 0,
    ltHash: Buffer.alloc(LT_HASH_BYTES),
    generation: generation + 1,
    isRebuilding: true,
  };
}

/** Whether the server, or the media server, has returned what is of no use: then patches may do better than a snapshot. */
function isFaultOfServer(error: unknown): boolean {
  return [
    CorruptAppState,
    CollectionRefused,
    MediaUnavailable,
    InputRefused,
    ReadNotEnded,
    ReadSuspended,
  ].some((kind) => error instanceof kind);
}
