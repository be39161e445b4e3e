import type { BinaryNode } from '@whiskeysockets/baileys';
import pTimeout from 'p-timeout';
import type { Address, Lid } from '../../kernel/identifiers/address.js';
import type { PrivacyToken } from './privacy-token.js';

/** What fetching profiles needs of a connection. */
export interface ProfileConnection {
  /**
   * Sends an IQ.
   * @throws an error with a code (see iqErrorCode) when WhatsApp refuses it
   */
  query: (node: BinaryNode) => Promise<BinaryNode>;
  /** See privacy-token.ts. */
  privacyTokens(people: { address: Address; lid: Lid | null }[]): Promise<Map<Address, PrivacyToken>>;
  /** Whether WhatsApp wants privacy tokens in requests for pictures (AB prop 9666). */
  wantsPictureTokens(): boolean;
}

/** WhatsApp has not answered an IQ, though the connection is open as far as is known. */
export class NoAnswer extends Error {
  constructor() {
    super('WhatsApp did not answer in time');
  }
}

/** @throws NoAnswer after timeoutMs */
export async function queryWithin(
  connection: ProfileConnection,
  node: BinaryNode,
  timeoutMs: number,
): Promise<BinaryNode> {
  return pTimeout(connection.query(node), { milliseconds: timeoutMs, message: new NoAnswer() });
}
