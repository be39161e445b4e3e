import type { BinaryNode } from '@whiskeysockets/baileys';
import pTimeout from 'p-timeout';
import type { Address, Lid } from '../../kernel/identifiers/address.js';
import type { PrivacyToken } from './privacy-token.js';

/** Functions of a connection that profile fetches need. */
export interface ProfileConnection {
  /**
   * Sends an IQ.
   *
   * @throws an error with a code (see `iqErrorCode`) if WhatsApp refuses it
   */
  query: (node: BinaryNode) => Promise<BinaryNode>;
  /** See `privacyTokensOf`. */
  privacyTokens(contacts: { address: Address; lid: Lid | null }[]): Promise<Map<Address, PrivacyToken>>;
  /** Returns whether WhatsApp requires privacy tokens in picture queries (AB prop 9666). */
  wantsPictureTokens(): boolean;
}

/** WhatsApp has not responded to an IQ, although the connection seems to be open. */
export class QueryTimeout extends Error {
  constructor() {
    super('WhatsApp did not respond in time');
  }
}

/** @throws QueryTimeout after timeoutMs */
export async function queryWithin(
  connection: ProfileConnection,
  node: BinaryNode,
  timeoutMs: number,
): Promise<BinaryNode> {
  return pTimeout(connection.query(node), { milliseconds: timeoutMs, message: new QueryTimeout() });
}
