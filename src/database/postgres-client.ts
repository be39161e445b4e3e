import pg from 'pg';

/**
 * A connection that may break at any moment, even between being ready and being handed over by its pool, when nobody
 * can listen yet. An error event that nobody listens to would end the process; whoever uses the connection learns of
 * its end from his query.
 */
export class PostgresClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => {});
  }
}
