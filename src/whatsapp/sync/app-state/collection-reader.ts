import {
  type BinaryNode,
  downloadExternalPatch,
  extractSyncdPatches,
  getBinaryNodeChild,
  getBinaryNodeChildren,
  proto,
} from '@whiskeysockets/baileys';
import { DOWNLOAD_TIMEOUT_MS, within } from '../within.js';
import { CollectionRefused, CorruptAppState } from './app-state-errors.js';
import { type SealedMutation, sealedMutation } from './app-state-crypto.js';

/** Everything that a collection held at a version. */
export interface Snapshot {
  version: number;
  keyId: string;
  mac: Uint8Array | null | undefined;
  records: SealedMutation[];
}

/** What changed from one version to the next. */
export interface Patch {
  version: number;
  keyId: string;
  snapshotMac: Uint8Array;
  patchMac: Uint8Array | null | undefined;
  mutations: SealedMutation[];
}

/** One answer of the server. */
export interface CollectionPage {
  snapshot: Snapshot | null;
  patches: Patch[];
  hasMore: boolean;
}

/** Sends an IQ and resolves to its answer; `sock.query`. */
export type Query = (node: BinaryNode) => Promise<BinaryNode>;

/**
 * Asks the server for what a collection holds after a version, and downloads what it answers by reference.
 *
 * Stanza: `<iq to="s.whatsapp.net" xmlns="w:sync:app:state" type="set"><sync><collection/></sync></iq>`, as sent by
 * Baileys' `resyncAppState`.
 * @param version what is held already; 0 for nothing
 * @param wantSnapshot ask for all records anew, rather than for what changed
 * @throws CollectionRefused when the server names an error
 * @throws CorruptAppState when the answer cannot be read
 */
export async function readCollection(
  query: Query,
  request: { collection: string; version: number; wantSnapshot: boolean },
): Promise<CollectionPage> {
  const { collection, version, wantSnapshot } = request;
  const attrs = { name: collection, version: String(version), return_snapshot: String(wantSnapshot) };
  const answer = await query({
    tag: 'iq',
    attrs: { to: 's.whatsapp.net', xmlns: 'w:sync:app:state', type: 'set' },
    content: [{ tag: 'sync', attrs: {}, content: [{ tag: 'collection', attrs }] }],
  });
  refuseError(answer, collection);
  const { [collection as 'critical_unblock_low']: page } = await within(DOWNLOAD_TIMEOUT_MS, extractSyncdPatches(answer, {}));
  if (!page) throw new CollectionRefused(collection, 0, 'the answer does not name it');
  return {
    snapshot: page.snapshot ? toSnapshot(page.snapshot) : null,
    patches: await within(DOWNLOAD_TIMEOUT_MS, Promise.all(page.patches.map(toPatch))),
    hasMore: page.hasMorePatches,
  };
}

function refuseError(answer: BinaryNode | undefined, collection: string): void {
  const nodes = getBinaryNodeChildren(getBinaryNodeChild(answer, 'sync'), 'collection');
  const node = nodes.find(({ attrs }) => attrs.name === collection);
  if (node?.attrs.type !== 'error') return;
  const error = getBinaryNodeChild(node, 'error');
  throw new CollectionRefused(collection, Number(error?.attrs.code ?? 0), error?.attrs.text ?? '');
}

function toSnapshot(snapshot: proto.ISyncdSnapshot): Snapshot {
  return {
    version: versionOf(snapshot.version),
    keyId: keyIdOf(snapshot.keyId),
    mac: snapshot.mac,
    records: (snapshot.records ?? []).map((record) => sealedMutation('SET', record)),
  };
}

async function toPatch(patch: proto.ISyncdPatch): Promise<Patch> {
  const external = patch.externalMutations ? await downloadExternalPatch(patch.externalMutations, {}) : null;
  const mutations = [...(patch.mutations ?? []), ...(external?.mutations ?? [])];
  return {
    version: versionOf(patch.version),
    keyId: keyIdOf(patch.keyId),
    snapshotMac: patch.snapshotMac ?? new Uint8Array(),
    patchMac: patch.patchMac,
    mutations: mutations.map(({ operation, record }) =>
      sealedMutation(operation === proto.SyncdMutation.SyncdOperation.REMOVE ? 'REMOVE' : 'SET', record),
    ),
  };
}

function versionOf(version: proto.ISyncdVersion | null | undefined): number {
  const number = Number(version?.version ?? Number.NaN);
  if (!Number.isSafeInteger(number)) throw new CorruptAppState('A snapshot or patch has no version');
  return number;
}

function keyIdOf(keyId: proto.IKeyId | null | undefined): string {
  if (!keyId?.id?.length) throw new CorruptAppState('A snapshot or patch has no key id');
  return Buffer.from(keyId.id).toString('base64');
}
