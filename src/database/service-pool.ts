import type { OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { FailureLog } from '../kernel/logging/failure-log.js';
import { Log } from '../kernel/logging/log.js';
import { applicationName } from './application-name.js';
import { measurePool } from './pool-metrics.js';
import { PostgresClient } from './postgres-client.js';
import type { SilenceLimit } from './silence-limit.js';

/** A dedicated pool for work that must not wait for other work. */
export abstract class ServicePool extends pg.Pool implements OnApplicationShutdown {
  /** @param use of the connections, one word */
  constructor(
    url: string,
    { role, use }: { role: string; use: string },
    options: Pick<pg.PoolConfig, 'max' | 'connectionTimeoutMillis'> & { silence: SilenceLimit },
  ) {
    super({
      connectionString: url,
      connectionTimeoutMillis: 5_000,
      application_name: applicationName(role, use),
      Client: PostgresClient,
      ...options,
    });
    measurePool(use, this);
    const failure = new FailureLog(new Log(new.target.name), 'Keeping database connections open');
    // Without a listener, an idle connection that the server closes would end the process.
    this.on('error', (err) => failure.failed(err)).on('connect', () => failure.recovered());
  }

  /** Ends after the last response, which may still need a connection. */
  async onApplicationShutdown(): Promise<void> {
    await this.end();
  }
}
