import { Logger } from '@nestjs/common';
import type { AuthenticationCreds } from '@whiskeysockets/baileys';
import type { ExpiringText, LinkOffer, PasskeyAssertion } from '../../sessions/link-offer.js';
import { parseJid, parseLid } from '../../kernel/identifiers/address.js';
import type { Transaction } from '../../database/transaction.js';
import { accountKeyOf, AuthState } from '../auth-state/auth-state.js';
import { interceptStanzas } from '../baileys/intercept-stanzas.js';
import { LinkAttempt } from '../linking/link-attempt.js';
import { type LinkFailure, linkFailures } from '../linking/link-failure.js';
import { AccountLinkedElsewhere } from '../../sessions/sessions.errors.js';
import type { SessionContext } from '../sync/session-context.js';
import type { ConnectionOptions } from './connection.js';
import { type ClosedConnection, WhatsAppSocket } from './whatsapp-socket.js';
import { linkAttempts } from './connection.metrics.js';

/** One connection of a device that waits to be linked: a socket, and the attempt that is made over it. */
export class LinkConnection {
  private readonly logger = new Logger(LinkConnection.name);
  private readonly authState: AuthState;
  private readonly socket: WhatsAppSocket;
  private readonly attempt: LinkAttempt;
  /** Why the attempt came to nothing; null while it goes on, and when nobody was at it. */
  failure: LinkFailure | null = null;

  /** @param changed what a person can link with has changed */
  constructor(
    private readonly context: SessionContext,
    { creds, identity }: ConnectionOptions,
    changed: (offer: LinkOffer) => void,
  ) {
    const { lease, stores } = context;
    this.authState = new AuthState(creds, stores.authState, lease, (error) => this.abandon(error));
    this.socket = new WhatsAppSocket(this.authState, {
      identity,
      maySend: () => lease.isHeld,
      ended: () => this.stopWork(),
    });
    const { socket } = this;
    this.attempt = new LinkAttempt({
      creds,
      identity,
      query: (node) => socket.query(node),
      send: (node) => socket.send(node),
      saveCredentials: () => this.authState.saveCredentials(),
      saveLink: (confirmed) => this.saveLink(confirmed),
      changed,
      ended: (failure) => {
        this.failure = failure;
        void this.close();
      },
      broken: (error) => this.abandon(error),
    });
    interceptStanzas(socket.ws, (stanza) => this.attempt.take(stanza));
  }

  get closed(): Promise<ClosedConnection> {
    return this.socket.closed;
  }

  /** See LinkAttempt. */
  get isReady(): boolean {
    return this.attempt.isReady;
  }

  /** See LinkAttempt. */
  get isConfirming(): boolean {
    return this.attempt.isConfirming;
  }

  /** See LinkAttempt. */
  get isBegun(): boolean {
    return this.attempt.isBegun;
  }

  /** See LinkAttempt. */
  get isWaiting(): boolean {
    return this.attempt.isWaiting;
  }

  /** See LinkAttempt. */
  get isConfirmed(): boolean {
    return this.attempt.isConfirmed;
  }

  requestPairingCode(phone: string): Promise<ExpiringText> {
    return this.attempt.requestPairingCode(phone);
  }

  submitAssertion(token: string, assertion: PasskeyAssertion): Promise<void> {
    return this.attempt.submitAssertion(token, assertion);
  }

  confirmPasskey(token: string): Promise<void> {
    return this.attempt.confirmPasskey(token);
  }

  /** Ends the passkey ceremony, and the attempt with it. */
  cancelPasskey(): void {
    this.attempt.end(linkFailures.cancelled());
  }

  /** Says goodbye and closes. */
  async close(): Promise<void> {
    await this.socket.close();
  }

  /** Cuts the connection without a word, as must be when another process holds the session. */
  cut(): void {
    this.socket.cut();
  }

  private stopWork(): void {
    this.failure ??= this.attempt.close();
    this.authState.close();
  }

  /**
   * The device's credentials, and the account that it is linked to, in one transaction. A device of an account that is
   * linked through another session is kept alone, to be unlinked at once (see UnlinkConnection).
   */
  private async saveLink(confirmed: Partial<AuthenticationCreds>): Promise<void> {
    const jid = parseJid(confirmed.me?.id);
    if (!jid) throw new Error('WhatsApp has confirmed the link without saying to which account');
    const { lease, stores } = this.context;
    const link = async (tx: Transaction) => {
      const id = await stores.accounts.add(tx, {
        jid,
        lid: parseLid(confirmed.me?.lid),
        identityKey: accountKeyOf(confirmed),
      });
      await stores.sessions.link(tx, lease.session, { id, jid });
      await stores.appState.restart(tx, id);
    };
    try {
      await this.authState.saveLink(confirmed, link);
      linkAttempts.inc({ result: 'linked' });
    } catch (error) {
      if (!(error instanceof AccountLinkedElsewhere)) throw error;
      this.logger.warn(error.message);
      await this.authState.saveLink(confirmed, async () => {});
    }
  }

  private abandon(error: unknown): void {
    this.logger.warn(`Closing the connection: ${(error as Error).message}`);
    this.cut();
  }
}
