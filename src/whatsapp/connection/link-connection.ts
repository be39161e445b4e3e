import type { AuthenticationCreds } from '@whiskeysockets/baileys';
import { Log } from '../../kernel/logging/log.js';
import type { LinkOffer } from '../../sessions/link-offer.js';
import { AccountLinkedElsewhere } from '../../sessions/sessions.errors.js';
import { AuthState } from '../auth-state/auth-state.js';
import { interceptStanzas } from '../baileys/intercept-stanzas.js';
import { LinkAttempt } from '../linking/link-attempt.js';
import type { LinkFailure } from '../linking/link-failure.js';
import type { SessionContext } from '../sync/session-context.js';
import type { ConnectionOptions } from './connection.js';
import { linkAttempts } from './connection.metrics.js';
import { linkAccount } from './device-link.js';
import { type ClosedConnection, WhatsAppSocket } from './whatsapp-socket.js';

/** One connection of a device that is to be linked: a socket, and the attempt to link over it. */
export class LinkConnection {
  readonly attempt: LinkAttempt;
  /** Why the attempt failed; null while it continues, and if no user has begun it. */
  failure: LinkFailure | null = null;
  private readonly log = new Log(LinkConnection.name);
  private readonly authState: AuthState;
  private readonly socket: WhatsAppSocket;

  /** @param changed called when the ways to link the device have changed */
  constructor(
    private readonly context: SessionContext,
    { creds, identity }: ConnectionOptions,
    changed: (offer: LinkOffer) => void,
  ) {
    const { lease, proxies, stores } = context;
    this.authState = new AuthState(creds, stores.authState, lease, (error) => this.abandon(error));
    const socket = new WhatsAppSocket(this.authState, {
      identity,
      proxies,
      maySend: () => lease.isHeld,
      ended: () => this.stopWork(),
    });
    this.socket = socket;
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

  async close(): Promise<void> {
    await this.socket.close();
  }

  cut(): void {
    this.socket.cut();
  }

  private stopWork(): void {
    this.failure ??= this.attempt.close();
    this.authState.close();
  }

  /**
   * Saves the device's credentials and the account that it is linked to, in one transaction. If the account is linked
   * through another session, only the credentials are saved, and the device is then unlinked (see UnlinkConnection).
   */
  private async saveLink(confirmed: Partial<AuthenticationCreds>): Promise<void> {
    const { me, account } = confirmed;
    try {
      await this.authState.saveLink(confirmed, (tx) => linkAccount(tx, this.context, { me, account }));
      linkAttempts.inc({ result: 'linked' });
    } catch (err) {
      if (!(err instanceof AccountLinkedElsewhere)) throw err;
      this.log.warn({ err }, 'Linking account failed');
      await this.authState.saveLink(confirmed, async () => {});
    }
  }

  private abandon(err: unknown): void {
    this.log.warn({ err }, 'Closing connection');
    this.cut();
  }
}
