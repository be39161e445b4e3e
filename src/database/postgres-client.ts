import pg from 'pg';

/**
 * A connection that does not end the process when it is lost. It may be lost before its pool returns it, when no error
 * listener is attached yet, and an unhandled error event would end the process. Users of the connection get the error
 * from their query.
 */
export class PostgresClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => {});
  }
}
