import type { Logger } from '@nestjs/common';
import { AuthState } from '../auth-state/auth-state.js';
import { InboundGate } from '../baileys/inbound-gate.js';
import type { SessionContext } from '../sync/session-context.js';
import type { ConnectionOptions } from './connection.js';
import { type ClosedConnection, WhatsAppSocket } from './whatsapp-socket.js';

/** One connection of a linked device that logs in only to tell WhatsApp that it is not to be linked. */
export class UnlinkConnection {
  private readonly socket: WhatsAppSocket;

  constructor(context: SessionContext, { creds, identity }: ConnectionOptions, logger: Logger) {
    const { lease, stores } = context;
    const authState = new AuthState(creds, stores.authState, lease, () => this.cut());
    this.socket = new WhatsAppSocket(authState, {
      identity,
      maySend: () => lease.isHeld,
      opened: () => {
        this.socket.baileys.logout().catch((error: unknown) => {
          logger.warn(`Cannot unlink the device: ${(error as Error).message}`);
          this.cut();
        });
      },
      ended: () => authState.close(),
    });
    // The account's messages are the other session's to take: nothing is acknowledged here.
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

  /** Says goodbye and closes. */
  async close(): Promise<void> {
    await this.socket.close();
  }

  /** Cuts the connection without a word, as must be when another process holds the session. */
  cut(): void {
    this.socket.cut();
  }
}
