import { type BinaryNode, proto } from '@whiskeysockets/baileys';
import type { AppStateEffect, Faults } from '../faults.js';
import { element } from '../stanza.js';
import type { AppState } from './app-state.js';
import type { Collection, Patch } from './collection.js';
import { patchMac, snapshotMac } from './macs.js';
import { recordMessage } from './mutation.js';
import { type Snapshot, snapshotContent, uploadSnapshot } from './snapshots.js';

function flipped(bytes: Uint8Array): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(0) ^ 0xff, 0);
  return copy;
}

/** Request of a companion for one collection. */
export interface CollectionRequest {
  readonly version: number;
  readonly returnSnapshot: boolean;
}

/** Answers app-state requests of an account's companions (`<sync><collection/></sync>`). */
export class SyncAnswers {
  /** the last snapshot that was served although it is outdated */
  private outdated: Snapshot | undefined;

  constructor(
    private readonly state: AppState,
    private readonly faults: Faults,
  ) {}

  /** Returns the `<collection>` element of the response: an error if the name or the version does not exist. */
  async answer(name: string, request: CollectionRequest): Promise<BinaryNode> {
    const collection = this.state.find(name);
    if (!collection) return collectionError(name, { code: 400, text: 'bad-request' });
    if (request.version > collection.version) return collectionError(name, { code: 409, text: 'conflict' });
    const snapshot = await this.snapshotFor(collection, request);
    const since = snapshot?.version ?? request.version;
    const isOutdated = snapshot !== undefined && snapshot === this.outdated;
    const due = isOutdated ? [] : collection.patches.filter((each) => each.version > since);
    const page = due.slice(0, this.state.settings.patchesPerPage);
    const content: BinaryNode[] = [];
    if (snapshot) content.push(element('snapshot', {}, encodeSnapshot(snapshot)));
    if (page.length > 0) {
      const patches = page.map((each) => element('patch', {}, this.encodePatch(collection, each)));
      content.push(element('patches', {}, patches));
    }
    const reached = page.at(-1)?.version ?? since;
    const { alwaysMore } = this.state.settings;
    const more = alwaysMore || due.length > page.length ? 'true' : undefined;
    return element('collection', { name, version: String(reached), has_more_patches: more }, content);
  }

  private async snapshotFor(
    collection: Collection,
    request: CollectionRequest,
  ): Promise<Snapshot | undefined> {
    const tooFarBehind =
      request.version < collection.version &&
      !collection.patches.some((each) => each.version === request.version + 1);
    if (!request.returnSnapshot && request.version > 0 && !tooFarBehind) return undefined;
    if (this.state.settings.withoutSnapshots && !tooFarBehind) return undefined;
    if (collection.version === 0 || (collection.records.size === 0 && !tooFarBehind)) return undefined;
    const subject = { collection: collection.name, part: 'snapshot', version: collection.version } as const;
    const effect = this.faults.appState.strike(subject);
    if (effect === 'outdated') return (this.outdated = this.state.snapshots.lastOf(collection));
    if (effect) return this.faultySnapshot(collection, effect);
    return this.state.snapshots.of(collection, this.state.settings.snapshotLagVersions);
  }

  private faultySnapshot(collection: Collection, effect: AppStateEffect): Snapshot {
    const content = snapshotContent(collection, this.state.keys);
    if (effect === 'record') {
      const [first, ...rest] = content.records;
      const blob = flipped(first?.value?.blob ?? Buffer.alloc(1));
      return uploadSnapshot(
        { ...content, records: [{ ...first, value: { blob } }, ...rest] },
        this.state.mediaHost,
      );
    }
    const wrongHash = { ...collection, name: collection.name, ltHash: flipped(collection.ltHash) };
    const mac = effect === 'lt-hash' ? snapshotMac(wrongHash, content.key) : flipped(content.mac);
    return uploadSnapshot({ ...content, mac }, this.state.mediaHost);
  }

  private encodePatch(collection: Collection, patch: Patch): Uint8Array {
    const subject = { collection: collection.name, part: 'patch', version: patch.version } as const;
    const message = this.patchMessage(patch);
    const effect = this.faults.appState.strike(subject);
    if (effect) addPatchFault(message, { patch, effect, name: collection.name });
    return proto.SyncdPatch.encode(message).finish();
  }

  private patchMessage(patch: Patch): proto.ISyncdPatch {
    const message: proto.ISyncdPatch = {
      version: { version: patch.version },
      snapshotMac: patch.snapshotMac,
      patchMac: patch.patchMac,
      keyId: { id: patch.key.id },
      deviceIndex: 0,
    };
    if (patch.mutations.length > this.state.settings.inlineMutations) {
      return { ...message, externalMutations: this.state.externalMutations(patch) };
    }
    const mutations = patch.mutations.map((each) => ({
      operation: each.operation,
      record: recordMessage(each),
    }));
    return { ...message, mutations };
  }
}

function addPatchFault(
  message: proto.ISyncdPatch,
  { patch, effect, name }: { patch: Patch; effect: AppStateEffect; name: string },
): void {
  if (effect === 'exit-code') message.exitCode = { code: 7, text: 'given up' };
  if (effect === 'exit-code-zero') message.exitCode = { code: 0, text: '' };
  if (effect === 'patch-mac') message.patchMac = flipped(patch.patchMac);
  if (effect === 'lt-hash' || effect === 'snapshot-mac') {
    // The patch MAC matches the wrong snapshot MAC, so that only the LT hash reveals the fault.
    const wrong = flipped(patch.snapshotMac);
    const valueMacs = patch.mutations.map((each) => each.valueMac);
    message.snapshotMac = wrong;
    message.patchMac = patchMac({ snapshotMac: wrong, valueMacs, version: patch.version, name }, patch.key);
  }
  const first = message.mutations?.[0]?.record?.value;
  if (effect === 'record' && first?.blob) first.blob = flipped(first.blob);
}

function encodeSnapshot(snapshot: Snapshot): Uint8Array {
  return proto.ExternalBlobReference.encode(snapshot.media).finish();
}

function collectionError(name: string, error: { code: number; text: string }): BinaryNode {
  const reason = element('error', { code: String(error.code), text: error.text });
  return element('collection', { name, type: 'error' }, [reason]);
}
