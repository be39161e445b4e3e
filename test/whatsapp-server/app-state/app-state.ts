import { proto } from '@whiskeysockets/baileys';
import type { MediaHost, UploadedMedia } from '../media-host.js';
import { Collection, COLLECTION_NAMES, type CollectionName, type Patch } from './collection.js';
import { recordMessage } from './mutation.js';
import { SnapshotCache } from './snapshots.js';
import { SyncKeys } from './sync-keys.js';

/** Controls how app-state responses are paged. Changes apply to the next response. */
export interface AppStateSettings {
  /** patches per response; `has_more_patches` announces more */
  patchesPerPage: number;
  /** mutations per patch; larger patches are on the media host */
  inlineMutations: number;
  /** maximum age of a snapshot in versions; the patches since are sent with it */
  snapshotLagVersions: number;
  /** sends all patches, even if a snapshot is requested */
  withoutSnapshots: boolean;
  /** every response announces more patches, even if there are none */
  alwaysMore: boolean;
  /** patches stored per collection; companions that lack older ones receive the snapshot */
  patchesKept: number;
}

/** The app state of one account. */
export class AppState {
  readonly keys = new SyncKeys();
  readonly settings: AppStateSettings = {
    patchesPerPage: 50,
    inlineMutations: 200,
    snapshotLagVersions: 0,
    withoutSnapshots: false,
    alwaysMore: false,
    patchesKept: 2_000,
  };
  readonly snapshots: SnapshotCache;
  private readonly collections: ReadonlyMap<string, Collection>;
  private readonly external = new WeakMap<Patch, UploadedMedia>();

  constructor(private readonly media: MediaHost) {
    this.collections = new Map(COLLECTION_NAMES.map((name) => [name, new Collection(name, this.keys)]));
    this.snapshots = new SnapshotCache(this.keys, media);
  }

  get mediaHost(): MediaHost {
    return this.media;
  }

  /** Returns a collection; undefined if there is none with this name. */
  find(name: string): Collection | undefined {
    return this.collections.get(name);
  }

  /** Returns a collection. */
  get(name: CollectionName): Collection {
    const collection = this.collections.get(name);
    if (!collection) throw new Error(`there is no collection ${name}`);
    return collection;
  }

  /** Returns the file that contains the mutations of a large patch, and uploads it on the first call. */
  externalMutations(patch: Patch): UploadedMedia {
    const known = this.external.get(patch);
    if (known) return known;
    const mutations = patch.mutations.map(({ operation, ...record }) => ({
      operation,
      record: recordMessage(record),
    }));
    const uploaded = this.media.upload(proto.SyncdMutations.encode({ mutations }).finish(), 'patch');
    this.external.set(patch, uploaded);
    return uploaded;
  }

  /** Deletes the oldest patches, or all patches if no companion is linked. */
  prune(anyCompanion: boolean): void {
    for (const collection of this.collections.values()) {
      if (!anyCompanion) collection.deletePatches();
      else if (collection.patches.length > this.settings.patchesKept * 1.1) {
        collection.patches = collection.patches.slice(-this.settings.patchesKept);
      }
    }
  }
}
