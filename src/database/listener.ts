import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { applicationName } from './application-name.js';
import { PostgresClient } from './postgres-client.js';

const RECONNECT_AFTER_MS = 1_000;

/**
 * A connection of its own that listens for notifications of Postgres, opened when somebody first wants them and kept. What is
 * notified while it is broken, or behind a pooler that hands connections round, never comes: its users poll as well.
 */
export class Listener implements OnApplicationShutdown {
  private readonly logger = new Logger(Listener.name);
  private readonly handlers = new Map<string, (payload: string) => void>();
  private readonly stop = new AbortController();
  private running: Promise<void> | null = null;

  constructor(
    private readonly url: string,
    private readonly role: string,
  ) {}

  /** @param channel as in SQL, without quotes */
  listen(channel: string, handle: (payload: string) => void): void {
    this.handlers.set(channel, handle);
    this.running ??= this.keepConnected();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  private async keepConnected(): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted) {
      await this.connectOnce(signal).catch((error: unknown) => {
        if (!signal.aborted)
          this.logger.debug(`Not listening for notifications: ${(error as Error).message}`);
      });
      await sleep(RECONNECT_AFTER_MS, undefined, { signal }).catch(() => {});
    }
  }

  private async connectOnce(signal: AbortSignal): Promise<void> {
    const client = new PostgresClient({
      connectionString: this.url,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: applicationName(this.role, 'notifications'),
    });
    client.on('notification', ({ channel, payload = '' }) => this.handlers.get(channel)?.(payload));
    const ended = once(client, 'end', { signal });
    try {
      await client.connect();
      for (const channel of this.handlers.keys()) await client.query(`LISTEN ${channel}`);
      await ended;
    } finally {
      ended.catch(() => {});
      await client.end().catch(() => {});
    }
  }
}
