import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Connection } from './connection.js';
import { type Deferred, deferred } from './deferred.js';
import { type Jid, type Lid, lidJid, phoneJid, type PhoneNumber } from './jid.js';
import { Outbox } from './outbox.js';
import type { PreKeyBundle, SignalAddress } from './signal-peer.js';
import { element, newStanzaId, nowSeconds, SERVER_OFFLINE } from './stanza.js';

/** Keys that a companion registered. */
export interface Registration {
  readonly registrationId: number;
  readonly identityKey: Buffer;
  readonly noiseKey: Buffer;
  readonly signedPreKey: { readonly id: number; readonly publicKey: Buffer; readonly signature: Buffer };
}

/** Number of one-time pre-keys. If fewer remain, the server requests more. */
const LOW_PRE_KEY_COUNT = 5;

/** A companion device: a device that is linked to an account, connected or not. */
export class Companion {
  /** the account's number */
  readonly number: PhoneNumber;
  readonly jid: Jid;
  readonly lidJid: Jid;
  readonly outbox = new Outbox();
  readonly linkedAt = new Date();
  readonly preKeys = new Map<number, Buffer>();
  signedPreKey: Registration['signedPreKey'];
  /** whether the phone or the companion has ended the link */
  unlinked = false;
  /** whether the phone's first history was queued */
  historyQueued = false;
  connection?: Connection;
  logins = 0;
  private ready: Deferred<void> = deferred();
  private isReady = false;

  constructor(
    account: { readonly number: PhoneNumber; readonly lid: Lid },
    readonly device: number,
    readonly registration: Registration,
  ) {
    this.number = account.number;
    this.jid = phoneJid(account.number, device);
    this.lidJid = lidJid(account.lid, device);
    this.signedPreKey = registration.signedPreKey;
    this.address = { user: account.number, device };
  }

  readonly address: SignalAddress;

  /** Whether it is logged in and accepts stanzas. */
  get online(): boolean {
    return this.connection?.active === true;
  }

  /** Resolves when it is logged in and accepts stanzas; immediately if it already is. */
  whenOnline(): Promise<void> {
    return this.ready.promise;
  }

  /** Starts delivery of queued stanzas, after the companion has uploaded its keys and is active. */
  activate(connection: Connection): void {
    if (connection !== this.connection || connection.active) return;
    connection.active = true;
    this.outbox.open({
      send: (node) => connection.send(node),
      unacknowledged: (node) => connection.endForMissingAcknowledgement(node),
    });
    this.isReady = true;
    this.ready.resolve();
  }

  /** Stops delivery after a connection has closed. */
  disconnected(connection: Connection): void {
    if (connection !== this.connection) return;
    this.connection = undefined;
    this.outbox.close();
    // If the connection closed before the companion was active, `whenOnline` waits for the next login.
    if (this.isReady) this.ready = deferred();
    this.isReady = false;
  }

  /** Ends the link permanently. */
  unlink(): void {
    this.unlinked = true;
    this.outbox.discard(`the companion ${this.jid} was unlinked`);
  }

  /** Sends a notification and waits for its ack. By default, `from` is the server. */
  notify(
    type: string,
    content: BinaryNode[],
    options: { from?: Jid; attrs?: Record<string, string>; supersedes?: string } = {},
  ): Promise<void> {
    const id = newStanzaId();
    const from = options.from ?? SERVER_OFFLINE.from;
    const node = element('notification', { id, from, type, t: nowSeconds(), ...options.attrs }, content);
    return this.outbox.post({ id, build: () => Promise.resolve(node), supersedes: options.supersedes });
  }

  /** Returns the keys to open a session with. Consumes a one-time pre-key, and requests more if few remain. */
  takePreKeyBundle(): PreKeyBundle {
    const [first] = this.preKeys;
    if (first) {
      this.preKeys.delete(first[0]);
      if (this.preKeys.size === LOW_PRE_KEY_COUNT - 1) this.requestPreKeys();
    }
    return {
      registrationId: this.registration.registrationId,
      identityKey: this.registration.identityKey,
      signedPreKey: this.signedPreKey,
      ...(first && { preKey: { id: first[0], publicKey: first[1] } }),
    };
  }

  private requestPreKeys(): void {
    const value = String(this.preKeys.size);
    void this.notify('encrypt', [element('count', { value })], { supersedes: 'pre-key-count' });
  }
}
