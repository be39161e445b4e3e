import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildren } from '@whiskeysockets/baileys';
import { CollectionRefused, CorruptAppState } from './app-state-errors.js';

/** One response of the server, as received. */
export interface CollectionPage {
  /** `ExternalBlobReference`; a snapshot is sent by reference only. */
  snapshot: Buffer | null;
  /** `SyncdPatch` each. */
  patches: Buffer[];
  hasMore: boolean;
}

/** Sends an IQ and resolves to the response; `sock.query`. */
export type Query = (node: BinaryNode) => Promise<BinaryNode>;

/** The server sends a few dozen. */
const MAX_PATCHES = 1_000;

/**
 * Requests what a collection contains after a version.
 *
 * Stanza: `<iq to="s.whatsapp.net" xmlns="w:sync:app:state" type="set"><sync><collection/></sync></iq>`, as sent by
 * Baileys' `resyncAppState`.
 * @param version the stored version; 0 if none
 * @param wantSnapshot request all records instead of changes
 * @throws CollectionRefused if the server returns an error
 * @throws CorruptAppState if the response cannot be read
 */
export async function readCollection(
  query: Query,
  request: { collection: string; version: number; wantSnapshot: boolean },
): Promise<CollectionPage> {
  const { collection, version, wantSnapshot } = request;
  const attrs = { name: collection, version: String(version), return_snapshot: String(wantSnapshot) };
  const response = await query({
    tag: 'iq',
    attrs: { to: 's.whatsapp.net', xmlns: 'w:sync:app:state', type: 'set' },
    content: [{ tag: 'sync', attrs: {}, content: [{ tag: 'collection', attrs }] }],
  });
  const node = findCollection(response, collection);
  const snapshot = getBinaryNodeChild(node, 'snapshot');
  const patches = getBinaryNodeChildren(getBinaryNodeChild(node, 'patches') ?? node, 'patch');
  if (patches.length > MAX_PATCHES)
    throw new CorruptAppState(`The server sent more than ${MAX_PATCHES} patches at once`);
  return {
    snapshot: snapshot?.content ? bytesOf(snapshot) : null,
    patches: patches.filter(({ content }) => content).map(bytesOf),
    hasMore: node.attrs.has_more_patches === 'true',
  };
}

function findCollection(response: BinaryNode, collection: string): BinaryNode {
  const nodes = getBinaryNodeChildren(getBinaryNodeChild(response, 'sync'), 'collection');
  const node = nodes.find(({ attrs }) => attrs.name === collection);
  if (!node) throw new CollectionRefused(collection, 0, 'it is missing in the response');
  if (node.attrs.type !== 'error') return node;
  const error = getBinaryNodeChild(node, 'error');
  throw new CollectionRefused(collection, Number(error?.attrs.code ?? 0), error?.attrs.text ?? '');
}

function bytesOf({ tag, content }: BinaryNode): Buffer {
  if (content instanceof Uint8Array) return Buffer.from(content);
  throw new CorruptAppState(`The content of <${tag}> is not binary`);
}
