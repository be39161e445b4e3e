import type { AuthenticationCreds, BinaryNode } from '@whiskeysockets/baileys';
import type { AcceptedChecks } from '../../contacts/checks/number-check.js';
import { type Jid, parseLid, type Phone } from '../../kernel/identifiers/address.js';
import { Log } from '../../kernel/logging/log.js';
import type { SessionAccount } from '../../sessions/sessions.repository.js';
import { AuthState } from '../auth-state/auth-state.js';
import { InboundGate } from '../baileys/inbound-gate.js';
import { protectOwnMapping } from '../baileys/own-mapping.js';
import { requestHistoryUpload } from '../baileys/request-history-upload.js';
import { sendToOwnDevices, sendToPhone } from '../baileys/send-peer-message.js';
import { StanzaResponder } from '../baileys/stanza-responder.js';
import { NumberChecker } from '../checks/number-checker.js';
import type { ClientIdentity } from '../linking/client-identity.js';
import { privacyTokensOf } from '../profiles/privacy-token.js';
import { ProfileFetchQueue } from '../profiles/profile-fetch-queue.js';
import { AddressBookSync } from '../sync/address-book-sync.js';
import { AppStateSource } from '../sync/app-state-source.js';
import { FirstSync } from '../sync/first-sync.js';
import { HistorySource } from '../sync/history-source.js';
import { ProfileSource } from '../sync/profile-source.js';
import { ReachOutLock } from '../sync/reach-out-lock.js';
import { reportDegradation } from '../sync/report-degradation.js';
import type { SessionContext } from '../sync/session-context.js';
import type { SyncConnection } from '../sync/source.js';
import { StanzaSource } from '../sync/stanza-source.js';
import { kindOfSender, withTrustedAddressing } from '../wire/stanza-sender.js';
import { type ClosedConnection, WhatsAppSocket } from './whatsapp-socket.js';

/** Options of one connection. */
export interface ConnectionOptions {
  creds: AuthenticationCreds;
  identity: ClientIdentity;
}

/** Handlers for events of a connection of the linked device. */
export interface ConnectionEvents {
  /** The device has logged in. */
  opened(): void;
  /** Receives `<ib><client_expiration/></ib>`. */
  clientExpiration(stanza: BinaryNode): void;
}

/** One connection of the linked device: a socket, and the objects that handle its stanzas. It is never reused. */
export class Connection {
  private readonly log = new Log(Connection.name);
  private readonly authState: AuthState;
  private readonly socket: WhatsAppSocket;
  private readonly sync: AddressBookSync;
  private readonly gate: InboundGate;
  private readonly checker: NumberChecker;
  private ownLid: string | undefined;
  /** The last save of changed credentials. Stanzas are acknowledged only after it has completed. */
  private credentialsSaved: Promise<void> = Promise.resolve();

  constructor(
    account: SessionAccount,
    private readonly context: SessionContext,
    { creds, identity }: ConnectionOptions,
    private readonly events: ConnectionEvents,
  ) {
    const { lease, proxies, stores } = context;
    this.authState = new AuthState(creds, stores.authState, lease, (error) => this.abandon(error), {
      saved: (tx, data) => this.sync.saved(tx, data),
      committed: (data) => this.sync.committed(data),
    });
    const socket = new WhatsAppSocket(this.authState, {
      identity,
      proxies,
      maySend: () => lease.isHeld,
      makeSignalRepository: protectOwnMapping(() => creds.me ?? {}),
      opened: () => this.onOpen(),
      ended: () => this.stopWork(),
    });
    this.socket = socket;
    const { id, jid, lid, linkedAt } = account;
    const owner = { accountId: id, jid: jid as Jid, lid: parseLid(lid), linkedAt };
    const connection = syncConnectionOf(socket);
    const firstSync = new FirstSync(account, context);
    const appState = new AppStateSource(account, owner, connection, context, firstSync);
    const lock = new ReachOutLock(context, connection.query);
    this.checker = new NumberChecker(id, connection, context, () => lock.reportedUntil());
    this.sync = new AddressBookSync(owner, context, [
      firstSync,
      new StanzaSource(owner, context),
      // Before app state: only one file per account is read at a time, and a reconciliation can wait.
      new HistorySource(owner, connection, context, firstSync),
      appState,
      new ProfileSource(new ProfileFetchQueue(owner, connection, context), lock, context),
      // After the profiles, which load the reach-out time lock and the pause.
      this.checker,
    ]);
    this.gate = this.createGate(socket);
    this.listen(appState);
  }

  get closed(): Promise<ClosedConnection> {
    return this.socket.closed;
  }

  get isOpen(): boolean {
    return this.socket.isOpen;
  }

  /** Queues numbers; returns null if the connection is not ready for this. See NumberChecker.add. */
  async checkNumbers(phones: Phone[]): Promise<AcceptedChecks | null> {
    return this.checker.isOpen ? this.checker.add(phones) : null;
  }

  /** Notifies WhatsApp that this device is no longer linked, which ends the connection. */
  async unlink(): Promise<void> {
    await this.socket.baileys.logout();
  }

  async close(): Promise<void> {
    await this.socket.close();
  }

  cut(): void {
    this.socket.cut();
  }

  /** Saves and acknowledges stanzas before Baileys handles them. */
  private createGate(socket: WhatsAppSocket): InboundGate {
    const responder = new StanzaResponder(socket.baileys, {
      decryptsMessages: this.context.decryptsMessages,
      lost: (isLost) => this.reportPhoneMessages(isLost),
    });
    return new InboundGate(socket.ws, {
      save: (stanzas) => this.save(stanzas),
      respond: (stanza) => responder.respond(stanza),
      flush: () => responder.flush(),
      setPaused: (isPaused) => socket.setPaused(isPaused),
      failed: (error) => this.abandon(error),
    });
  }

  private listen(appState: AppStateSource): void {
    const { ws, baileys } = this.socket;
    ws.on('CB:ib,,dirty', (stanza: BinaryNode) => void appState.readDirty(stanza));
    ws.on('CB:ib,,client_expiration', (stanza: BinaryNode) => this.events.clientExpiration(stanza));
    ws.on('CB:success', ({ attrs }: BinaryNode) => this.setOwnLid(attrs.lid ?? this.authState.creds.me?.lid));
    baileys.ev.on('creds.update', () => {
      this.setOwnLid(this.ownLid);
      this.credentialsSaved = this.authState.saveCredentials().catch((error: unknown) => this.abandon(error));
    });
  }

  /**
   * Sets the LID before the first message from the phone is read. Baileys sets it some queries after `<success>`, and
   * removes it when `<success>` does not contain it, although `pair-success` does.
   */
  private setOwnLid(lid: string | undefined): void {
    this.ownLid = lid ?? this.ownLid;
    const { me } = this.authState.creds;
    if (me && this.ownLid && !me.lid) me.lid = this.ownLid;
  }

  /** Stops saving and acknowledging stanzas. WhatsApp delivers them again over the next connection. */
  private stopWork(): void {
    this.gate.close();
    this.sync.close();
    this.authState.close();
  }

  private onOpen(): void {
    this.events.opened();
    const { creds } = this.authState;
    this.sync.start(creds.me?.lid).catch((error: unknown) => this.abandon(error));
  }

  /** Runs before stanzas are acknowledged. */
  private async save(stanzas: BinaryNode[]): Promise<void> {
    const me = this.authState.creds.me ?? {};
    const trusted = stanzas.map((stanza) => withTrustedAddressing(stanza, kindOfSender(stanza, me)));
    await this.sync.saveStanzas(trusted, (work) => this.authState.save(work));
    await this.credentialsSaved;
  }

  private reportPhoneMessages(isLost: boolean): void {
    const message =
      'A message from the phone could not be decrypted, although it was requested again five times. Sync keys or ' +
      'history may be missing. If names are missing, link the account again.';
    reportDegradation(this.context, 'phone_message_lost', isLost ? message : null);
  }

  /** Closes the connection without acknowledging data that could not be saved, so that WhatsApp delivers it again. */
  private abandon(err: unknown): void {
    this.log.warn({ err }, 'Closing connection');
    this.cut();
  }
}

function syncConnectionOf(socket: WhatsAppSocket): SyncConnection {
  return {
    query: (node) => socket.query(node),
    send: (node) => socket.send(node),
    writeToPhone: (message) => sendToPhone(socket.baileys, message),
    writeToOwnDevices: (message) => sendToOwnDevices(socket.baileys, message),
    askForUpload: (file) => requestHistoryUpload(socket.baileys, file),
    privacyTokens: (people) => privacyTokensOf(socket.baileys, people),
    wantsPictureTokens: () => socket.baileys.serverProps.profilePicPrivacyToken,
  };
}
