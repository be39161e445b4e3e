import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { applicationName } from './application-name.js';
import { measurePool } from './pool-metrics.js';
import { PostgresClient } from './postgres-client.js';

/** A pool beside TypeORM's, for what must not wait behind other work. */
export abstract class ServicePool extends pg.Pool implements OnApplicationShutdown {
  /** @param use of its connections, one word */
  constructor(
    url: string,
    { role, use }: { role: string; use: string },
    options: Pick<pg.PoolConfig, 'max' | 'connectionTimeoutMillis' | 'query_timeout'>,
  ) {
    super({
      connectionString: url,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: applicationName(role, use),
      Client: PostgresClient,
      ...options,
    });
    measurePool(use, this);
    const logger = new Logger(new.target.name);
    // Without a listener, an idle connection that the server closes would end the process.
    this.on('error', (error) => logger.warn(`An idle connection was lost: ${error.message}`));
  }

  /** After the last answer: before, it would be refused its connection. */
  async onApplicationShutdown(): Promise<void> {
    await this.end();
  }
}
