import {
  type BinaryNode,
  getBinaryNodeChild,
  getBinaryNodeChildren,
  S_WHATSAPP_NET,
} from '@whiskeysockets/baileys';
import { bytesOf as bytesIn } from '../wire/stanza-values.js';

/** The server as sender; what has no sender is the server's own as well. */
const SERVER = /^@?s\.whatsapp\.net$/;

/** Whether a stanza is the server's, and not somebody's that it passes on. */
export function isFromServer({ attrs }: BinaryNode): boolean {
  return attrs.from === undefined || SERVER.test(attrs.from);
}

/** An IQ to the server about linked devices. */
export function mdQuery(
  type: 'get' | 'set',
  tag: string,
  content?: BinaryNode['content'],
  attrs = {},
): BinaryNode {
  return {
    tag: 'iq',
    attrs: { to: S_WHATSAPP_NET, type, xmlns: 'md' },
    content: [{ tag, attrs, ...(content !== undefined && { content }) }],
  };
}

/** The answer to an IQ of the server that asks for nothing. */
export function resultOf({ attrs }: BinaryNode): BinaryNode {
  return { tag: 'iq', attrs: { to: S_WHATSAPP_NET, type: 'result', id: attrs.id ?? '' } };
}

/** The refusal of an IQ of the server. */
export function refusalOf({ attrs }: BinaryNode, code: number, text: string): BinaryNode {
  const error = { tag: 'error', attrs: { code: String(code), text } };
  return { tag: 'iq', attrs: { to: S_WHATSAPP_NET, type: 'error', id: attrs.id ?? '' }, content: [error] };
}

/** The bytes that a child holds; null when there is no such child, or it holds none. */
export function bytesOf(node: BinaryNode | undefined, tag: string): Buffer | null {
  return bytesIn(getBinaryNodeChild(node, tag));
}

/** The texts that children of this tag hold. */
export function textsOf(node: BinaryNode | undefined, tag: string): string[] {
  return getBinaryNodeChildren(node, tag).flatMap((each) => bytesIn(each)?.toString() ?? []);
}
