import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { PostgresClient } from './postgres-client.js';

/** Enough for the exports of a deployment; who comes later waits for his turn. */
const MAX_STREAMS = 4;

/**
 * Connections for answers that are streamed. A reader who takes his time holds one for as long, so these are kept
 * apart: a few slow readers of the whole list must not keep everybody else from looking up one contact.
 */
export class StreamPool extends pg.Pool implements OnApplicationShutdown {
  constructor(url: string) {
    super({
      connectionString: url,
      max: MAX_STREAMS,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: 'whatsapp-contacts',
      Client: PostgresClient,
    });
    const logger = new Logger(StreamPool.name);
    // Without a listener, an idle connection that the server closes would end the process.
    this.on('error', (error) => logger.warn(`An idle connection was lost: ${error.message}`));
  }

  /** After the last answer: before, it would be refused its connection. */
  async onApplicationShutdown(): Promise<void> {
    await this.end();
  }
}
