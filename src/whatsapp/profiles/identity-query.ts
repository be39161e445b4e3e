import {
  type BinaryNode,
  getBinaryNodeChild,
  getBinaryNodeChildren,
  S_WHATSAPP_NET,
} from '@whiskeysockets/baileys';
import { type Address, parseAddress } from '../../contacts/address.js';
import { bareKey } from '../wire/signed-key-index.js';
import { bytesOf } from '../wire/stanza-values.js';

/**
 * Asks for the identity keys of many accounts. Unlike the query for a key bundle it consumes no one-time pre-key of theirs.
 *
 * Form as in zapo's `SignalIdentitySyncApi`. Whether the real server answers for people to whom nothing was ever sent, only
 * the real server can confirm.
 */
export function identityQuery(people: Address[]): BinaryNode {
  const users = people.map((jid) => ({ tag: 'user', attrs: { jid } }));
  return {
    tag: 'iq',
    attrs: { to: S_WHATSAPP_NET, type: 'get', xmlns: 'encrypt' },
    content: [{ tag: 'identity', attrs: {}, content: users }],
  };
}

/** Reads `<list><user jid><identity>32 bytes</identity></user></list>`; who has no key in it, has an error instead. */
export function readIdentities(answer: BinaryNode): Map<Address, Buffer> {
  const keys = new Map<Address, Buffer>();
  for (const user of getBinaryNodeChildren(getBinaryNodeChild(answer, 'list'), 'user')) {
    const address = parseAddress(user.attrs.jid);
    const key = bareKey(bytesOf(getBinaryNodeChild(user, 'identity')));
    if (address && key) keys.set(address, key);
  }
  return keys;
}
