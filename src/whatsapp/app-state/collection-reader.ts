import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildren, proto } from '@whiskeysockets/baileys';
import { downloadMedia } from '../wire/media-file.js';
import { CollectionRefused, CorruptAppState } from './app-state-errors.js';
import { type EncryptedMutation, encryptedMutation } from './app-state-crypto.js';

/** Everything that a collection held at a version. */
export interface Snapshot {
  version: number;
  keyId: string;
  mac: Uint8Array | null | undefined;
  records: EncryptedMutation[];
}

/** What changed from one version to the next. */
export interface Patch {
  version: number;
  keyId: string;
  snapshotMac: Uint8Array;
  patchMac: Uint8Array | null | undefined;
  /** The phone has given up the collection, for this reason. Null: it has not, which it may also report as code 0. */
  exitCode: number | null;
  mutations: EncryptedMutation[];
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
 * @throws MediaUnavailable when a file cannot be had
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
  const node = findCollection(answer, collection);
  const snapshot = getBinaryNodeChild(node, 'snapshot');
  const patches = getBinaryNodeChildren(getBinaryNodeChild(node, 'patches') ?? node, 'patch');
  return {
    snapshot: snapshot?.content ? await readSnapshot(snapshot) : null,
    patches: await Promise.all(patches.filter(({ content }) => content).map((patch) => readPatch(patch))),
    hasMore: node.attrs.has_more_patches === 'true',
  };
}

function findCollection(answer: BinaryNode, collection: string): BinaryNode {
  const nodes = getBinaryNodeChildren(getBinaryNodeChild(answer, 'sync'), 'collection');
  const node = nodes.find(({ attrs }) => attrs.name === collection);
  if (!node) throw new CollectionRefused(collection, 0, 'the answer does not name it');
  if (node.attrs.type !== 'error') return node;
  const error = getBinaryNodeChild(node, 'error');
  throw new CollectionRefused(collection, Number(error?.attrs.code ?? 0), error?.attrs.text ?? '');
}

/** A snapshot comes by reference only. */
async function readSnapshot(node: BinaryNode): Promise<Snapshot> {
  const reference = decode('snapshot reference', () => proto.ExternalBlobReference.decode(bytesOf(node)));
  const file = await downloadMedia(reference, 'md-app-state');
  return toSnapshot(decode('snapshot', () => proto.SyncdSnapshot.decode(file)));
}

/** The mutations of a patch stand in it, or, when they are many, in a file of their own. */
async function readPatch(node: BinaryNode): Promise<Patch> {
  const patch = decode('patch', () => proto.SyncdPatch.decode(bytesOf(node)));
  if (!patch.externalMutations) return toPatch(patch, []);
  const file = await downloadMedia(patch.externalMutations, 'md-app-state');
  return toPatch(patch, decode('patch', () => proto.SyncdMutations.decode(file)).mutations);
}

function bytesOf({ tag, content }: BinaryNode): Uint8Array {
  if (content instanceof Uint8Array) return content;
  throw new CorruptAppState(`The content of a ${tag} is no bytes`);
}

function decode<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof CorruptAppState) throw cause;
    throw new CorruptAppState(`A ${what} cannot be read`, { cause });
  }
}

function toSnapshot(snapshot: proto.ISyncdSnapshot): Snapshot {
  return {
    version: versionOf(snapshot.version),
    keyId: keyIdOf(snapshot.keyId),
    mac: snapshot.mac,
    records: (snapshot.records ?? []).map((record) => encryptedMutation('SET', record)),
  };
}

function toPatch(patch: proto.ISyncdPatch, external: proto.ISyncdMutation[]): Patch {
  const mutations = [...(patch.mutations ?? []), ...external];
  return {
    version: versionOf(patch.version),
    keyId: keyIdOf(patch.keyId),
    snapshotMac: patch.snapshotMac ?? new Uint8Array(),
    patchMac: patch.patchMac,
    exitCode: Number(patch.exitCode?.code ?? 0) || null,
    mutations: mutations.map(({ operation, record }) =>
      encryptedMutation(operation === proto.SyncdMutation.SyncdOperation.REMOVE ? 'REMOVE' : 'SET', record),
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
