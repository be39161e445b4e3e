import { Log } from '../../kernel/logging/log.js';
import type { OutgoingProxies } from '../../kernel/network/outgoing-proxies.js';
import { ReadNotEnded } from '../reading/reader-errors.js';
import type { ReaderPool } from '../reading/reader-pool.js';
import { InputRefused } from '../wire/input-refused.js';
import { mediaProxyOf } from '../wire/media-hosts.js';
import { MediaUnavailable } from '../wire/media-unavailable.js';
import type { CollectionState, StoredCollection } from './app-state.repository.js';
import { CollectionRefused, CorruptAppState, MissingSyncKey, ReadSuspended } from './app-state-errors.js';
import type { PageDestination } from './applied-page.js';
import { type CollectionPage, type Query, readCollection } from './collection-reader.js';
import { LT_HASH_BYTES } from './lt-hash.js';
import type { PageInput } from './page-job.js';
import { PageReader } from './page-reader.js';
import { PatchWriter } from './patch-writer.js';
import { SnapshotWriter } from './snapshot-writer.js';
import type { SyncKeys } from './sync-keys.js';

/** State of a collection that has been read up to the server's version. */
export type ReadCollection = Pick<StoredCollection, 'hasSnapshotFailed'>;

export interface ReadOptions {
  /** Read all records again, because the stored ones are in doubt. */
  isResync: boolean;
  /** Accept the readable parts of input that fails verification, because all other attempts have failed. */
  isLenient: boolean;
}

export interface CollectionSyncOptions extends PageDestination {
  query: Query;
  keys: SyncKeys;
  readers: ReaderPool;
  proxies: OutgoingProxies;
}

const PATCHES: ReadOptions = { isResync: false, isLenient: false };
/** Maximum number of pages in one read, in case the server never stops. */
const MAX_PAGES = 1_000;

/**
 * Reads one app-state collection up to the server's version. Each page is verified completely before any of it is used.
 * Patches are committed a page at a time. A snapshot is written in several transactions, and takes effect with the last
 * one (SnapshotWriter).
 *
 * If a snapshot cannot be read or fails verification, patches are applied to the stored version, so that the address
 * book stays current. Another snapshot is requested hours later.
 */
export class CollectionSync {
  private readonly log = new Log(CollectionSync.name);
  private readonly reader: PageReader;

  constructor(private readonly options: CollectionSyncOptions) {
    this.reader = new PageReader(options);
  }

  /** @throws CorruptAppState, MissingSyncKey, CollectionRefused, or errors of the connection and the media server */
  async read({ isResync, isLenient }: ReadOptions): Promise<ReadCollection> {
    const { collection, repository, keys } = this.options;
    await keys.requireAny();
    let stored = await repository.getState(this.options);
    if (stored.hasRecovery) stored = await this.recover(stored);
    const isNew = stored.version === 0;
    if (isNew && stored.isSuspended) throw new ReadSuspended(collection);
    if (isResync && stored.isSuspended && !stored.hasSnapshotFailed)
      await this.reportFailedSnapshot(new ReadSuspended(collection));
    const maySnapshot = !stored.isSuspended && (isLenient || !stored.hasSnapshotFailed);
    if (isNew || (isResync && maySnapshot)) await this.readSnapshot(stored, { isNew, isLenient });
    else await this.readPages(stored, PATCHES);
    return repository.getState(this.options);
  }

  /** Falls back to patches if there is a stored version that they can be applied to. */
  private async readSnapshot(
    stored: CollectionState,
    { isNew, isLenient }: { isNew: boolean; isLenient: boolean },
  ): Promise<void> {
    try {
      await this.readPages(stored, { isResync: true, isLenient });
    } catch (error) {
      if (isNew || isLenient || !isFaultOfServer(error)) throw error;
      await this.reportFailedSnapshot(error as Error);
      await this.readPages(await this.options.repository.getState(this.options), PATCHES);
    }
  }

  /** Reads the phone's own copy of the collection in place of a snapshot. */
  private async recover(stored: CollectionState): Promise<StoredCollection> {
    const { collection, repository, lease } = this.options;
    const recovery = await repository.findRecovery(this.options);
    try {
      const writer = new SnapshotWriter(this.options, stored);
      const input = { ...this.inputOf(stored, { snapshot: null, patches: [] }), recovery };
      await this.reader.read(input, stored.generation, writer);
      const { version } = await writer.finish();
      this.log.info({ collection, version }, "Phone's copy of the collection read");
    } catch (error) {
      // It must not block patches. The copy is requested again after some time.
      if (!(error instanceof MissingSyncKey || isFaultOfServer(error))) throw error;
      this.log.warn({ err: error, collection }, "Ignoring the phone's copy of the collection");
    }
    await lease.transaction((tx) => repository.removeRecovery(tx, this.options));
    return repository.getState(this.options);
  }

  private async reportFailedSnapshot(error: Error): Promise<void> {
    const { collection, repository, lease, handler } = this.options;
    this.log.warn({ err: error, collection }, 'Continuing without a snapshot');
    await lease.transaction(async (tx) => {
      await repository.markSnapshot(tx, this.options, true);
      await handler.snapshotFailed?.(tx, error.message);
    });
  }

  /** Ends when the server has no more pages, or announces more without returning a higher version. */
  private async readPages(stored: CollectionState, { isResync, isLenient }: ReadOptions): Promise<void> {
    const { collection, query } = this.options;
    let state = stored;
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const wantSnapshot = isResync && pages === 0;
      const version = wantSnapshot ? 0 : state.version;
      const page = await readCollection(query, { collection, version, wantSnapshot });
      const before = state.version;
      state = await this.applyPage(state, page, { fromZero: wantSnapshot, isLenient });
      if (!page.hasMore) return;
      if (state.version <= before && !page.snapshot)
        return this.log.warn({ collection }, 'Server announced further patches but did not return them');
    }
    throw new CorruptAppState(`The server sent ${MAX_PAGES} pages of ${collection} and announces more`);
  }

  private async applyPage(
    stored: CollectionState,
    page: CollectionPage,
    { fromZero, isLenient }: { fromZero: boolean; isLenient: boolean },
  ): Promise<CollectionState> {
    if (page.snapshot) {
      const writer = new SnapshotWriter(this.options, stored);
      await this.reader.read({ ...this.inputOf(stored, page), isLenient }, stored.generation, writer);
      return writer.finish();
    }
    const isRebuild = fromZero && page.patches.length > 0;
    const start = isRebuild ? beginning(stored) : stored;
    const writer = new PatchWriter(this.options, { stored, start, isRebuild, hasMore: page.hasMore });
    await this.reader.read({ ...this.inputOf(start, page), isLenient }, start.generation, writer);
    return writer.finish();
  }

  private inputOf(
    { version, ltHash }: CollectionState,
    { snapshot, patches }: Pick<CollectionPage, 'snapshot' | 'patches'>,
  ): PageInput {
    const { collection, proxies } = this.options;
    const proxy = mediaProxyOf(proxies);
    return { collection, version, ltHash, snapshot, patches, recovery: null, isLenient: false, proxy };
  }
}

/**
 * Returns the state for reading a collection again from its first patch. The previous records remain until it is
 * complete.
 */
function beginning({ generation }: CollectionState): CollectionState {
  return {
    version: 0,
    ltHash: Buffer.alloc(LT_HASH_BYTES),
    generation: generation + 1,
    isRebuilding: true,
  };
}

/**
 * Returns whether the server or the media server returned unusable data, so that patches may succeed where a snapshot
 * failed.
 */
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
