import type { BinaryNode, proto } from '@whiskeysockets/baileys';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import type { KeyHooks } from '../auth-state/auth-state.js';
import type { ProfileConnection } from '../profiles/profile-connection.js';
import type { StanzaChanges } from '../stanzas/stanza-changes.js';
import type { Transact } from '../stanzas/stanza-writer.js';

/** The account that is synced. Its LID is set as soon as WhatsApp sends it. */
export type SyncOwner = AddressBookOwner & { linkedAt: Date };

/** The parts of a connection that sources use. */
export interface SyncConnection extends ProfileConnection {
  send(node: BinaryNode): Promise<void>;
  /** Sends a message to the phone only. */
  writeToPhone(message: proto.IMessage): Promise<void>;
  /** Sends a message to all other devices of the account. */
  writeToOwnDevices(message: proto.IMessage): Promise<void>;
  /** Requests that the phone uploads a file again. */
  askForUpload(file: { messageId: string; mediaKey: Uint8Array }): Promise<void>;
}

/**
 * Feeds an address book from one kind of data, over one connection. `saved` runs in the transaction that saves Baileys'
 * keys, and `committed` after it.
 */
export interface Source extends Partial<KeyHooks> {
  /** Starts when the connection is open. Stanzas and keys may arrive earlier. */
  start?(): void | Promise<void>;
  /** Stops when the connection has ended. */
  close(): void;
  /**
   * Handles changes that were read from stanzas, before the stanzas are acknowledged.
   * @param transact runs work in a transaction that also saves changed credentials
   */
  stanzas?(changes: StanzaChanges, transact: Transact): Promise<void>;
}
