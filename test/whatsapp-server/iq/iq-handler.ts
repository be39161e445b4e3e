import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Companion } from '../companion.js';
import type { Connection } from '../connection.js';
import type { PairingRequests } from '../linking/pairing-code.js';
import type { Network } from '../network.js';
import type { Phone } from '../phone.js';

/** Context of an IQ. */
export interface IqContext {
  readonly network: Network;
  readonly connection: Connection;
  readonly pairing: PairingRequests;
}

/** Context of an IQ from a logged-in device. */
export interface LoggedInContext extends IqContext {
  readonly companion: Companion;
  readonly phone: Phone;
}

/**
 * Returns the content of the response to an IQ; undefined if the handler does not support it.
 * @throws StanzaError to respond with an IQ of type `error`
 */
export type IqHandler = (
  iq: BinaryNode,
  context: LoggedInContext,
) => BinaryNode[] | undefined | Promise<BinaryNode[] | undefined>;
