import { Logger, type OnModuleDestroy } from '@nestjs/common';
import pg from 'pg';
import { PostgresClient } from './postgres-client.js';

/**
 * Connections for the leases of sessions alone: a renewal must not wait behind the work of the sessions themselves, nor for
 * a connection that has died without a word. Together the time limits leave room for a second attempt within the lease.
 */
export class LeasePool extends pg.Pool implements OnModuleDestroy {
  constructor(url: string) {
    super({
      connectionString: url,
      max: 2,
      connectionTimeoutMillis: 2_000,
      query_timeout: 3_000,
      keepAlive: true,
      application_name: 'whatsapp-contacts',
      Client: PostgresClient,
    });
    const logger = new Logger(LeasePool.name);
    // Without a listener, an idle connection that the server closes would end the process.
    this.on('error', (error) => logger.warn(`An idle connection was lost: ${error.message}`));
  }

  async onModuleDestroy(): Promise<void> {
    await this.end();
  }
}
