import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Companion } from '../companion.js';
import type { Connection } from '../connection.js';
import type { Network } from '../network.js';
import type { PairingDesk } from '../linking/pairing-code.js';
import type { Phone } from '../phone.js';

/** Who asks, and of whom. */
export interface IqContext {
  readonly network: Network;
  readonly connection: Connection;
  readonly pairing: PairingDesk;
}

/** The same for a device that is logged in. */
export interface LoggedInContext extends IqContext {
  readonly companion: Companion;
  readonly phone: Phone;
}

/**
 * Gives the content of the answer to an IQ, or `undefined` when it is of another kind than this handler knows.
 * @throws StanzaError which becomes an IQ of type `error`
 */
export type IqHandler = (
  iq: BinaryNode,
  context: LoggedInContext,
) => BinaryNode[] | undefined | Promise<BinaryNode[] | undefined>;
