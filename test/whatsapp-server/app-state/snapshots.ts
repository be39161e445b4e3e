import { proto } from '@whiskeysockets/baileys';
import type { MediaHost, UploadedMedia } from '../media-host.js';
import { yieldToEventLoop } from '../mutex.js';
import type { Collection } from './collection.js';
import { snapshotMac } from './macs.js';
import { recordMessage } from './mutation.js';
import type { SyncKey, SyncKeys } from './sync-keys.js';

/** A snapshot on the media host. */
export interface Snapshot {
  readonly version: number;
  readonly media: UploadedMedia;
}

/** Content of a snapshot, before it is encoded. */
export interface SnapshotContent {
  readonly version: number;
  readonly records: proto.ISyncdRecord[];
  readonly mac: Buffer;
  readonly key: SyncKey;
}

/** Copies a collection synchronously, so that no commit can happen meanwhile. */
export function snapshotContent(collection: Collection, keys: SyncKeys): SnapshotContent {
  const key = keys.current;
  return {
    version: collection.version,
    records: Array.from(collection.records.values(), recordMessage),
    mac: snapshotMac(collection, key),
    key,
  };
}

/** Encodes a snapshot and uploads it to the media host. */
export function uploadSnapshot(content: SnapshotContent, media: MediaHost): Snapshot {
  const encoded = proto.SyncdSnapshot.encode({
    version: { version: content.version },
    records: content.records,
    mac: content.mac,
    keyId: { id: content.key.id },
  }).finish();
  return { version: content.version, media: media.upload(encoded, 'snapshot') };
}

/** Caches the snapshot of each collection until it is too old. */
export class SnapshotCache {
  private readonly snapshots = new Map<string, Snapshot>();
  private readonly previous = new Map<string, Snapshot>();

  constructor(
    private readonly keys: SyncKeys,
    private readonly media: MediaHost,
  ) {}

  /**
   * Returns the snapshot of a collection.
   * @param maxLag maximum age in versions; the caller also sends the patches since
   */
  async of(collection: Collection, maxLag: number): Promise<Snapshot> {
    const cached = this.snapshots.get(collection.name);
    if (cached && this.isFresh(collection, cached, maxLag)) return cached;
    await yieldToEventLoop();
    const content = snapshotContent(collection, this.keys);
    const fresh = uploadSnapshot(content, this.media);
    this.replace(collection.name, fresh);
    return fresh;
  }

  /** Returns the most recent snapshot, regardless of age; undefined if there is none. */
  lastOf(collection: Collection): Snapshot | undefined {
    return this.snapshots.get(collection.name);
  }

  /** Deletes the second to last snapshot. A companion may still be downloading the previous one. */
  private replace(name: string, fresh: Snapshot): void {
    const outdated = this.previous.get(name);
    const replaced = this.snapshots.get(name);
    if (outdated) this.media.remove(outdated.media.directPath);
    if (replaced) this.previous.set(name, replaced);
    this.snapshots.set(name, fresh);
  }

  private isFresh(collection: Collection, cached: Snapshot, maxLag: number): boolean {
    const lag = collection.version - cached.version;
    return (
      lag === 0 || (lag <= maxLag && collection.patches.some((each) => each.version === cached.version + 1))
    );
  }
}
