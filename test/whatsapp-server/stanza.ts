import { randomBytes } from 'node:crypto';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { SERVER_JID } from './jid.js';

/** Rejects an IQ with `<iq type="error"><error code text/></iq>`. */
export class StanzaError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** Returns the children of a node, optionally only those with this tag. Empty if it contains text or bytes. */
export function children(node: BinaryNode | undefined, tag?: string): BinaryNode[] {
  const all = Array.isArray(node?.content) ? node.content : [];
  return tag === undefined ? all : all.filter((each) => each.tag === tag);
}

/** Returns the first child, optionally the first one with this tag. */
export function child(node: BinaryNode | undefined, tag?: string): BinaryNode | undefined {
  return children(node, tag)[0];
}

/** Returns the bytes of a child; undefined if there are none. */
export function childBytes(node: BinaryNode | undefined, tag: string): Buffer | undefined {
  const content = child(node, tag)?.content;
  if (typeof content === 'string') return Buffer.from(content);
  return content instanceof Uint8Array ? Buffer.from(content) : undefined;
}

/**
 * Returns the bytes of a required child.
 * @throws StanzaError 400 if it is missing
 */
export function requiredBytes(node: BinaryNode | undefined, tag: string): Buffer {
  const bytes = childBytes(node, tag);
  if (!bytes) throw new StanzaError(400, `<${node?.tag ?? 'nothing'}> lacks <${tag}>`);
  return bytes;
}

/** Returns the text of a node; empty if there is none. */
export function textOf(node: BinaryNode | undefined): string {
  const content = node?.content;
  if (typeof content === 'string') return content;
  return content instanceof Uint8Array ? Buffer.from(content).toString('utf8') : '';
}

/** Attributes of stanzas that the server itself sends. */
export const SERVER_OFFLINE = { from: SERVER_JID } as const;

/** Creates a stanza id in the format of the server. */
export function newStanzaId(): string {
  return randomBytes(8).toString('hex').toUpperCase();
}

/** Returns the current time in seconds since 1970, as an attribute. */
export function nowSeconds(): string {
  return String(Math.floor(Date.now() / 1000));
}

/** Creates an element. Undefined attributes are omitted. */
export function element(
  tag: string,
  attrs: Record<string, string | undefined> = {},
  content?: BinaryNode['content'],
): BinaryNode {
  const present: Record<string, string> = {};
  for (const [name, value] of Object.entries(attrs)) if (value !== undefined) present[name] = value;
  return content === undefined ? { tag, attrs: present } : { tag, attrs: present, content };
}

/** Creates the response to an IQ. */
export function iqResult(iq: BinaryNode, content?: BinaryNode[]): BinaryNode {
  return element('iq', { from: SERVER_JID, type: 'result', id: iq.attrs.id }, content);
}

/** Creates the error response to an IQ. */
export function iqError(iq: BinaryNode, error: { code: number; text: string }): BinaryNode {
  const reason = element('error', { code: String(error.code), text: error.text });
  return element('iq', { from: SERVER_JID, type: 'error', id: iq.attrs.id }, [reason]);
}
