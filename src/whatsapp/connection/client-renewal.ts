import type { BinaryNode } from '@whiskeysockets/baileys';
import { Log } from '../../kernel/logging/log.js';
import type { Connection } from './connection.js';
import type { LinkConnection } from './link-connection.js';
import type { LoginGate } from './login-gate.js';
import type { SessionClient } from './session-client.js';

/**
 * Closes a session's connection when a newer client version is known and the current one expires or may prevent
 * linking. The session then reconnects with the newer version.
 */
export class ClientRenewal {
  private readonly log = new Log(ClientRenewal.name);
  /** Aborted when the current connection has ended. */
  private current = new AbortController();
  /** Whether the last connection was closed for this reason alone. */
  hasClosed = false;

  constructor(
    private readonly client: SessionClient,
    private readonly gate: Pick<LoginGate, 'whenQuiet'>,
  ) {}

  /** Call this before each connection. */
  connecting(): void {
    this.disconnected();
    this.current = new AbortController();
    this.hasClosed = false;
  }

  /** Call this when a connection has ended. */
  disconnected(): void {
    this.current.abort();
  }

  /** Replaces the connection of a device that waits to be linked, unless a user is about to link it. */
  watch(link: LinkConnection): void {
    this.client.onceOutdated(this.current.signal, () => {
      if (!link.attempt.isBegun) void this.close(link);
    });
  }

  /** @returns whether the connection was closed; `link` is null if no device is waiting */
  async closeIfOutdated(link: LinkConnection | null, reason: 'refused' | 'suspected'): Promise<boolean> {
    const { signal } = this.current;
    if (!(await this.client.isOutdated(reason)) || !link || signal.aborted) return false;
    await this.close(link);
    return true;
  }

  /** Handles the announcement that WhatsApp will refuse the version of this connection. */
  async handleExpiration(connection: Connection | null, stanza: BinaryNode): Promise<void> {
    const { signal } = this.current;
    try {
      if (!connection || !(await this.client.expires(stanza))) return;
      // All sessions of the thread receive the announcement at the same time: they reconnect one after the other.
      this.client.onceOutdated(signal, () => {
        void this.gate.whenQuiet(async () => {
          if (!signal.aborted) await this.close(connection);
        });
      });
    } catch (err) {
      this.log.warn({ err }, 'Handling client expiration failed');
    }
  }

  private async close(connection: Connection | LinkConnection): Promise<void> {
    this.log.info({}, 'Reconnecting with newer WhatsApp Web version');
    this.hasClosed = true;
    await connection.close();
  }
}
