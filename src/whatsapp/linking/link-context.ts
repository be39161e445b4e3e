import type { AuthenticationCreds, BinaryNode } from '@whiskeysockets/baileys';
import type { LinkOffer } from '../../sessions/link-offer.js';
import type { ClientIdentity } from './client-identity.js';
import type { LinkFailure } from './link-failure.js';

/** Sends an IQ. @throws if WhatsApp refuses it or does not respond */
export type Query = (node: BinaryNode) => Promise<BinaryNode>;

/** The parts of a connection that an attempt to link uses. */
export interface LinkContext {
  /** The object that Baileys uses: it signs and connects with changes made here. */
  readonly creds: AuthenticationCreds;
  readonly identity: ClientIdentity;
  readonly query: Query;
  send(node: BinaryNode): Promise<void>;
  saveCredentials(): Promise<void>;
  /** Saves the credentials of the linked device, and its account. */
  saveLink(confirmed: Partial<AuthenticationCreds>): Promise<void>;
  /** Called when the ways to link the device have changed. */
  changed(offer: LinkOffer): void;
  /** Closes the connection. @param failure null if the device is linked */
  ended(failure: LinkFailure | null): void;
  /** Ends the connection because data could not be saved. */
  broken(error: unknown): void;
}

/** The parts of an attempt that linking by pairing code and by passkey use. */
export interface LinkSteps {
  readonly context: LinkContext;
  /** Whether the attempt has ended, for any reason. */
  readonly isOver: boolean;
  /** Whether the phone has confirmed the device. */
  readonly isConfirmed: boolean;
  acknowledge(notification: BinaryNode): Promise<void>;
  /** Replaces the ADV secret, 32 bytes, and saves it. */
  replaceSecret(secret: Uint8Array): Promise<void>;
  /** Ends the attempt with the failure if the next step is not completed within this time. */
  within(limitMs: number, failure: () => LinkFailure | null): void;
  publish(): void;
  end(failure: LinkFailure | null): void;
}
