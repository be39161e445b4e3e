import type { MediaHost, UploadedMedia } from '../media-host.js';
import { proto } from '@whiskeysockets/baileys';
import { Collection, COLLECTION_NAMES, type CollectionName, type Patch } from './collection.js';
import { recordMessage } from './mutation.js';
import { SnapshotCache } from './snapshots.js';
import { SyncKeys } from './sync-keys.js';

/** How the server cuts app state into answers. May be changed at any time. */
export interface AppStateSettings {
  /** patches in one answer; more are announced by `has_more_patches` */
  patchesPerPage: number;
  /** a patch with more mutations than this is put on the media host */
  inlineMutations: number;
  /** how many versions behind a snapshot may be; the patches since are sent with it */
  snapshotLagVersions: number;
  /** patches from the first one on, even where a snapshot is asked for */
  withoutSnapshots: boolean;
  /** every answer says that there are more patches, even when there are none */
  alwaysMore: boolean;
  /** patches kept for each collection; who is further behind gets the snapshot */
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

  /** The collection of this name, if an account has such a one. */
  find(name: string): Collection | undefined {
    return this.collections.get(name);
  }

  /** The collection of this name. */
  get(name: CollectionName): Collection {
    const collection = this.collections.get(name);
    if (!collection) throw new Error(`there is no collection ${name}`);
    return collection;
  }

  /** Where the mutations of a large patch lie. */
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

  /** Drops what nobody needs: all patches while no companion is linked, else the oldest ones. */
  prune(anyCompanion: boolean): void {
    for (const collection of this.collections.values()) {
      if (!anyCompanion) collection.forgetPatches();
      else if (collection.patches.length > this.settings.patchesKept * 1.1) {
        collection.patches = collection.patches.slice(-this.settings.patchesKept);
      }
    }
  }
}
