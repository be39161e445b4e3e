import {
  type BinaryNode,
  getBinaryNodeChild,
  getBinaryNodeChildren,
  S_WHATSAPP_NET,
} from '@whiskeysockets/baileys';
import { bytesOf as bytesIn } from '../wire/stanza-values.js';

/** Address of the server. Stanzas without a sender are also from the server. */
const SERVER = /^@?s\.whatsapp\.net$/;

/** Returns whether a stanza is from the server itself, not forwarded from another account. */
export function isFromServer({ attrs }: BinaryNode): boolean {
  return attrs.from === undefined || SERVER.test(attrs.from);
}

/** Returns an IQ to the server about linked devices. */
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

/** Returns an empty response to an IQ of the server. */
export function resultOf({ attrs }: BinaryNode): BinaryNode {
  return { tag: 'iq', attrs: { to: S_WHATSAPP_NET, type: 'result', id: attrs.id ?? '' } };
}

/** Returns an error response to an IQ of the server. */
export function refusalOf({ attrs }: BinaryNode, code: number, text: string): BinaryNode {
  const error = { tag: 'error', attrs: { code: String(code), text } };
  return { tag: 'iq', attrs: { to: S_WHATSAPP_NET, type: 'error', id: attrs.id ?? '' }, content: [error] };
}

/** Returns the bytes in a child; null if there is no such child, or it contains no bytes. */
export function bytesOf(node: BinaryNode | undefined, tag: string): Buffer | null {
  return bytesIn(getBinaryNodeChild(node, tag));
}

/** Returns the texts in the children with this tag. */
export function textsOf(node: BinaryNode | undefined, tag: string): string[] {
  return getBinaryNodeChildren(node, tag).flatMap((each) => bytesIn(each)?.toString() ?? []);
}
