import { Log } from '../../kernel/logging/log.js';
import { AuthState } from '../auth-state/auth-state.js';
import { InboundGate } from '../baileys/inbound-gate.js';
import type { SessionContext } from '../sync/session-context.js';
import type { ConnectionOptions } from './connection.js';
import { type ClosedConnection, WhatsAppSocket } from './whatsapp-socket.js';

/** One connection of a linked device that logs in only to unlink itself. */
export class UnlinkConnection {
  private readonly log = new Log(UnlinkConnection.name);
  private readonly socket: WhatsAppSocket;

  constructor({ lease, proxies, stores }: SessionContext, { creds, identity }: ConnectionOptions) {
    const authState = new AuthState(creds, stores.authState, lease, () => this.cut());
    this.socket = new WhatsAppSocket(authState, {
      identity,
      proxies,
      maySend: () => lease.isHeld,
      opened: () => {
        this.socket.baileys.logout().catch((err: unknown) => {
          this.log.warn({ err }, 'Unlinking device failed');
          this.cut();
        });
      },
      ended: () => authState.close(),
    });
    // Nothing is acknowledged, because the account's messages are for the session that it is linked through.
    const nothing = {
      save: async () => {},
      respond: async () => null,
      flush: async () => {},
      setPaused: () => {},
      failed: () => {},
    };
    new InboundGate(this.socket.ws, nothing).close();
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
}
