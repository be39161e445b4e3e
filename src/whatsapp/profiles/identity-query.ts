import { type BinaryNode, getBinaryNodeChild, S_WHATSAPP_NET } from '@whiskeysockets/baileys';
import type { Address } from '../../kernel/identifiers/address.js';
import { bareKey } from '../wire/signed-key-index.js';
import { bytesOf, usersAsked } from '../wire/stanza-values.js';

/**
 * Returns a query for the identity keys of several accounts. Unlike the query for key bundles, it does not use up their
 * one-time pre-keys.
 *
 * Stanza as in zapo's `SignalIdentitySyncApi`. Whether WhatsApp returns keys of accounts without a chat can be verified
 * only with the real server.
 */
export function identityQuery(addresses: Address[]): BinaryNode {
  const users = addresses.map((jid) => ({ tag: 'user', attrs: { jid } }));
  return {
    tag: 'iq',
    attrs: { to: S_WHATSAPP_NET, type: 'get', xmlns: 'encrypt' },
    content: [{ tag: 'identity', attrs: {}, content: users }],
  };
}

/**
 * Reads `<list><user jid><identity>32 bytes</identity></user></list>`. Users without a key contain an error.
 *
 * @param requested accounts in the query; others are ignored
 */
export function readIdentities(response: BinaryNode, requested: Address[]): Map<Address, Buffer> {
  const keys = new Map<Address, Buffer>();
  for (const [address, user] of usersAsked(getBinaryNodeChild(response, 'list'), requested)) {
    const key = bareKey(bytesOf(getBinaryNodeChild(user, 'identity')));
    if (key) keys.set(address, key);
  }
  return keys;
}
