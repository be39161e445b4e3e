import type { BinaryNode } from '@whiskeysockets/baileys';
import { randomBytes } from 'node:crypto';
import { SERVER_JID } from './jid.js';

/** An IQ that cannot be answered; it becomes `<iq type="error"><error code text/></iq>`. */
export class StanzaError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** The children of a node, or none when it holds text or bytes. */
export function children(node: BinaryNode | undefined, tag?: string): BinaryNode[] {
  const all = Array.isArray(node?.content) ? node.content : [];
  return tag === undefined ? all : all.filter((each) => each.tag === tag);
}

/** The first child, of this tag when one is given. */
export function child(node: BinaryNode | undefined, tag?: string): BinaryNode | undefined {
  return children(node, tag)[0];
}

/** The bytes that a child holds. */
export function childBytes(node: BinaryNode | undefined, tag: string): Buffer | undefined {
  const content = child(node, tag)?.content;
  if (typeof content === 'string') return Buffer.from(content);
  return content instanceof Uint8Array ? Buffer.from(content) : undefined;
}

/**
 * The bytes that a child must hold.
 * @throws StanzaError 400 when it is missing
 */
export function requiredBytes(node: BinaryNode | undefined, tag: string): Buffer {
  const bytes = childBytes(node, tag);
  if (!bytes) throw new StanzaError(400, `<${node?.tag ?? 'nothing'}> lacks <${tag}>`);
  return bytes;
}

/** The text that a node holds, empty when none. */
export function textOf(node: BinaryNode | undefined): string {
  const content = node?.content;
  if (typeof content === 'string') return content;
  return content instanceof Uint8Array ? Buffer.from(content).toString('utf8') : '';
}

/** Attributes of what the server says about its offline queue. */
export const SERVER_OFFLINE = { from: SERVER_JID } as const;

/** A new stanza id in the form that the network uses for its own stanzas. */
export function newStanzaId(): string {
  return randomBytes(8).toString('hex').toUpperCase();
}

/** Now, in seconds since 1970, as an attribute. */
export function nowSeconds(): string {
  return String(Math.floor(Date.now() / 1000));
}

/** An element without content unless some is given. */
export function element(
  tag: string,
  attrs: Record<string, string | undefined> = {},
  content?: BinaryNode['content'],
): BinaryNode {
  const present: Record<string, string> = {};
  for (const [name, value] of Object.entries(attrs)) if (value !== undefined) present[name] = value;
  return content === undefined ? { tag, attrs: present } : { tag, attrs: present, content };
}

/** The answer to an IQ. */
export function iqResult(iq: BinaryNode, content?: BinaryNode[]): BinaryNode {
  return element('iq', { from: SERVER_JID, type: 'result', id: iq.attrs.id }, content);
}

/** The refusal of an IQ. */
export function iqError(iq: BinaryNode, error: { code: number; text: string }): BinaryNode {
  const reason = element('error', { code: String(error.code), text: error.text });
  return element('iq', { from: SERVER_JID, type: 'error', id: iq.attrs.id }, [reason]);
}
