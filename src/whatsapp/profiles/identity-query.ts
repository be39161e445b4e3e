import { type BinaryNode, getBinaryNodeChild, S_WHATSAPP_NET } from '@whiskeysockets/baileys';
import type { Address } from '../../kernel/identifiers/address.js';
import { bareKey } from '../wire/signed-key-index.js';
import { bytesOf, usersAsked } from '../wire/stanza-values.js';

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

/**
 * Reads `<list><user jid><identity>32 bytes</identity></user></list>`. Users without a key have an error instead.
 * @param asked the accounts in the query; others are ignored
 */
export function readIdentities(answer: BinaryNode, asked: Address[]): Map<Address, Buffer> {
  const keys = new Map<Address, Buffer>();
  for (const [address, user] of usersAsked(getBinaryNodeChild(answer, 'list'), asked)) {
    const key = bareKey(bytesOf(getBinaryNodeChild(user, 'identity')));
    if (key) keys.set(address, key);
  }
  return keys;
}
