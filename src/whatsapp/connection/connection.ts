import { Logger } from '@nestjs/common';
import { type AuthenticationCreds, type BinaryNode, getBinaryNodeChild } from '@whiskeysockets/baileys';
import type { SessionAccount } from '../../sessions/sessions.repository.js';
import { AuthState } from '../auth-state/auth-state.js';
import type { ClientIdentity } from '../linking/client-identity.js';
import { privacyTokensOf } from '../profiles/privacy-token.js';
import { AddressBookSync } from '../sync/address-book-sync.js';
import type { SessionContext } from '../sync/session-context.js';
import { protectOwnMapping } from '../baileys/own-mapping.js';
import { InboundGate } from '../baileys/inbound-gate.js';
import { StanzaResponder } from '../baileys/stanza-responder.js';
import { kindOfSender, withTrustedAddressing } from '../wire/stanza-sender.js';
import { requestHistoryUpload } from '../baileys/request-history-upload.js';
import { sendToOwnDevices, sendToPhone } from '../baileys/send-peer-message.js';
import { type ClosedConnection, WhatsAppSocket } from './whatsapp-socket.js';

/** What a connection is made with. */
export interface ConnectionOptions {
  creds: AuthenticationCreds;
  identity: ClientIdentity;
  /** Handles `<ib><client_expiration/></ib>`. */
  onClientExpiration?: (stanza: BinaryNode) => void;
}

/** One connection of the linked device: a socket, and what is wired to it. It is never reused. */
export class Connection {
  private readonly logger = new Logger(Connection.name);
  private readonly authState: AuthState;
  private readonly socket: WhatsAppSocket;
  private readonly sync: AddressBookSync;
  private readonly gate: InboundGate;
  private ownLid: string | undefined;
  /** The last save of changed credentials. No batch of stanzas is acknowledged before it is complete. */
  private credentialsSaved: Promise<void> = Promise.resolve();

  /** @param opened it has logged in */
  constructor(
    account: SessionAccount,
    context: SessionContext,
    { creds, identity, onClientExpiration }: ConnectionOptions,
    private readonly opened: () => void,
  ) {
    const { lease, stores } = context;
    this.authState = new AuthState(creds, stores.authState, lease, (error) => this.abandon(error));
    this.socket = new WhatsAppSocket(this.authState, {
      identity,
      maySend: () => lease.isHeld,
      makeSignalRepository: protectOwnMapping(() => creds.me ?? {}),
      opened: () => this.onOpen(),
      ended: () => this.stopWork(),
    });
    const { socket } = this;
    this.sync = new AddressBookSync(
      account,
      {
        query: (node) => socket.query(node),
        send: (node) => socket.send(node),
        writeToPhone: (message) => sendToPhone(socket.baileys, message),
        writeToOwnDevices: (message) => sendToOwnDevices(socket.baileys, message),
        askForUpload: (file) => requestHistoryUpload(socket.baileys, file),
        privacyTokens: (people) => privacyTokensOf(socket.baileys, people),
        wantsPictureTokens: () => socket.baileys.serverProps.profilePicPrivacyToken,
        save: (work) => this.authState.save(work),
      },
      context,
    );
    this.authState.hooks = this.sync;
    const responder = new StanzaResponder(socket.baileys, {
      decryptsMessages: context.decryptsMessages,
      lost: (isLost) => this.sync.reportPhoneMessages(isLost),
    });
    this.gate = new InboundGate(socket.ws, {
      save: (stanzas) => this.save(stanzas),
      respond: (stanza) => responder.respond(stanza),
      flush: () => responder.flush(),
      setPaused: (isPaused) => socket.setPaused(isPaused),
      failed: (error) => this.abandon(error),
    });
    socket.ws.on('CB:ib,,dirty', (stanza: BinaryNode) => void this.readDirty(stanza));
    if (onClientExpiration) socket.ws.on('CB:ib,,client_expiration', onClientExpiration);
    socket.ws.on('CB:success', ({ attrs }: BinaryNode) => this.setOwnLid(attrs.lid ?? creds.me?.lid));
    socket.baileys.ev.on('creds.update', () => {
      this.setOwnLid(this.ownLid);
      this.credentialsSaved = this.saveCredentials();
    });
  }

  get closed(): Promise<ClosedConnection> {
    return this.socket.closed;
  }

  get isOpen(): boolean {
    return this.socket.isOpen;
  }

  /** Tells WhatsApp that this device is no longer linked; the connection ends with it. */
  async unlink(): Promise<void> {
    await this.socket.baileys.logout();
  }

  /** Says goodbye and closes. */
  async close(): Promise<void> {
    await this.socket.close();
  }

  /** Cuts the connection without a word, as must be when another process holds the session. */
  cut(): void {
    this.socket.cut();
  }

  /**
   * The LID has to be known before the first message of the phone is read. Baileys sets it some queries after `<success>`, and removes it when
   * `<success>` does not contain it, although `pair-success` has.
   */
  private setOwnLid(lid: string | undefined): void {
    this.ownLid = lid ?? this.ownLid;
    const { me } = this.authState.creds;
    if (me && this.ownLid && !me.lid) me.lid = this.ownLid;
  }

  /** What comes in from now on is neither kept nor acknowledged: WhatsApp gives it to the next connection. */
  private stopWork(): void {
    this.gate.close();
    this.sync.close();
    this.authState.close();
  }

  private onOpen(): void {
    this.opened();
    const { creds } = this.authState;
    this.sync.opened(creds.me?.lid).catch((error: unknown) => this.abandon(error));
  }

  /** Runs before anything is acknowledged. */
  private async save(stanzas: BinaryNode[]): Promise<void> {
    const me = this.authState.creds.me ?? {};
    await this.sync.saveStanzas(
      stanzas.map((stanza) => withTrustedAddressing(stanza, kindOfSender(stanza, me))),
    );
    await this.credentialsSaved;
  }

  /**
   * `<ib><dirty type="syncd_app_state" timestamp/></ib>`: app state has changed. Other types are for Baileys.
   *
   * Answered, when it is read, with the IQ of Baileys' `cleanDirtyBits`. Only the real server can confirm that it expects it
   * for this type, too.
   */
  private async readDirty(stanza: BinaryNode): Promise<void> {
    const { type = '', timestamp } = getBinaryNodeChild(stanza, 'dirty')?.attrs ?? {};
    if (type !== 'syncd_app_state') return;
    try {
      await this.sync.readCollections();
      await this.socket.query({
        tag: 'iq',
        attrs: { to: 's.whatsapp.net', type: 'set', xmlns: 'urn:xmpp:whatsapp:dirty' },
        content: [{ tag: 'clean', attrs: { type, ...(timestamp && { timestamp }) } }],
      });
    } catch (error) {
      this.logger.warn(`App state stays marked as changed: ${(error as Error).message}`);
    }
  }

  private async saveCredentials(): Promise<void> {
    await this.authState.saveCredentials().catch((error: unknown) => this.abandon(error));
  }

  /** What cannot be kept must not be acknowledged: the connection is cut, and WhatsApp sends it again. */
  private abandon(error: unknown): void {
    this.logger.warn(`Closing the connection: ${(error as Error).message}`);
    this.cut();
  }
}
