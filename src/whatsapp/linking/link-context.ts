import type { AuthenticationCreds, BinaryNode } from '@whiskeysockets/baileys';
import type { LinkOffer } from '../../sessions/link-offer.js';
import type { ClientIdentity } from './client-identity.js';
import type { LinkFailure } from './link-failure.js';

/** Sends an IQ; throws when WhatsApp refuses it or does not answer. */
export type Query = (node: BinaryNode) => Promise<BinaryNode>;

/** What an attempt to link needs of its connection. */
export interface LinkContext {
  /** The object that Baileys works with: what is written here is what it signs and connects with. */
  readonly creds: AuthenticationCreds;
  readonly identity: ClientIdentity;
  readonly query: Query;
  send(node: BinaryNode): Promise<void>;
  /** Keeps the credentials as they are now. */
  saveCredentials(): Promise<void>;
  /** Keeps the credentials of the linked device, and the account. */
  saveLink(confirmed: Partial<AuthenticationCreds>): Promise<void>;
  /** What a person can link with has changed. */
  changed(offer: LinkOffer): void;
  /** The connection is to be closed; without a failure because the device is linked. */
  ended(failure: LinkFailure | null): void;
  /** What came in could not be kept, so that the connection must not go on. */
  broken(error: unknown): void;
}

/** What the ways to link, pairing code and passkey, need of the attempt that they are a part of. */
export interface LinkSteps {
  readonly context: LinkContext;
  /** Whether the attempt has ended, however. */
  readonly isOver: boolean;
  /** Whether the phone has confirmed the device. */
  readonly isConfirmed: boolean;
  acknowledge(notification: BinaryNode): Promise<void>;
  /** Replaces the ADV secret, 32 bytes, and keeps it. */
  replaceSecret(secret: Uint8Array): Promise<void>;
  /** The step that follows has to be done within this time; otherwise the attempt ends with the failure. */
  within(limitMs: number, failure: () => LinkFailure | null): void;
  publish(): void;
  end(failure: LinkFailure | null): void;
}
