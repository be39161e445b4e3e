import { once } from 'node:events';
import type { OnApplicationShutdown } from '@nestjs/common';
import { pause } from '../kernel/async/pause.js';
import { Log } from '../kernel/logging/log.js';
import { applicationName } from './application-name.js';
import { channelSql } from './database-schema.js';
import { PostgresClient } from './postgres-client.js';
import { SilenceLimit } from './silence-limit.js';

const RECONNECT_AFTER_MS = 1_000;
/** A connection that only listens sends nothing, so it could not detect that it was dropped silently. */
const HEARTBEAT_EVERY_MS = 5_000;
const SILENCE_MS = 5_000;

/**
 * A dedicated connection that listens for Postgres notifications, opened at the first call of listen(). Notifications
 * are lost while it is disconnected, and behind connection poolers in transaction mode, so callers also poll.
 */
export class Listener implements OnApplicationShutdown {
  private readonly log = new Log(Listener.name);
  private readonly handlers = new Map<string, (payload: string) => void>();
  /** Channels by their names in Postgres. */
  private readonly channels = new Map<string, string>();
  private readonly stop = new AbortController();
  private client: PostgresClient | null = null;
  private running: Promise<void> | null = null;

  constructor(
    private readonly url: string,
    private readonly role: string,
  ) {}

  /**
   * Sets the handler of a channel.
   * @param channel its name in Postgres also contains the schema, see channelSql()
   */
  listen(channel: string, handle: (payload: string) => void): void {
    const isNew = !this.handlers.has(channel);
    this.handlers.set(channel, handle);
    this.running ??= this.keepConnected();
    // If this fails, the connection is lost. The next one listens to all channels.
    if (isNew && this.client) this.subscribe(this.client, [channel]).catch(() => {});
  }

  async onApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  private async keepConnected(): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted) {
      await this.connectOnce(signal).catch((err: unknown) => {
        if (!signal.aborted) this.log.debug({ err }, 'Listening for notifications failed');
      });
      await pause(RECONNECT_AFTER_MS, signal);
    }
  }

  private async connectOnce(signal: AbortSignal): Promise<void> {
    const client = new PostgresClient({
      connectionString: this.url,
      silence: new SilenceLimit(SILENCE_MS),
      application_name: applicationName(this.role, 'notifications'),
    });
    client.on('notification', ({ channel, payload = '' }) => {
      this.handlers.get(this.channels.get(channel) ?? '')?.(payload);
    });
    const ended = once(client, 'end', { signal });
    let heartbeat: NodeJS.Timeout | undefined;
    try {
      await client.connect();
      this.client = client;
      await this.subscribe(client, [...this.handlers.keys()]);
      // If this fails, the connection has ended.
      heartbeat = setInterval(() => void client.query('').catch(() => {}), HEARTBEAT_EVERY_MS);
      await ended;
    } finally {
      clearInterval(heartbeat);
      this.client = null;
      ended.catch(() => {});
      await client.end().catch(() => {});
    }
  }

  private async subscribe(client: PostgresClient, channels: string[]): Promise<void> {
    const { rows } = await client.query<{ channel: string; name: string }>(
      `SELECT channel, ${channelSql('channel')} AS name FROM unnest($1::text[]) AS channel`,
      [channels],
    );
    for (const { channel, name } of rows) this.channels.set(name, channel);
    await client.query(rows.map(({ name }) => `LISTEN ${client.escapeIdentifier(name)}`).join(';'));
  }
}
