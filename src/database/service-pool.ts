import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { PostgresClient } from './postgres-client.js';

/** A pool beside TypeORM's, for what must not wait behind other work. */
export abstract class ServicePool extends pg.Pool implements OnApplicationShutdown {
  constructor(
    url: string,
    options: Pick<pg.PoolConfig, 'max' | 'connectionTimeoutMillis' | 'query_timeout'>,
  ) {
    super({
      connectionString: url,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: 'whatsapp-contacts',
      Client: PostgresClient,
      ...options,
    });
    const logger = new Logger(new.target.name);
    // Without a listener, an idle connection that the server closes would end the process.
    this.on('error', (error) => logger.warn(`An idle connection was lost: ${error.message}`));
  }

  /** After the last answer: before, it would be refused its connection. */
  async onApplicationShutdown(): Promise<void> {
    await this.end();
  }
}
