import type { Config } from '../kernel/config/config.js';
import { ConnectionTarget } from './connection-target.js';
import { withSchema } from './database-schema.js';

/** A database that accepts connections. Its URL contains DATABASE_SCHEMA. close() stops it if it is embedded. */
export interface OpenDatabase {
  url: string;
  close(): Promise<void>;
}

/**
 * Returns the configured Postgres, or starts an embedded one in DATA_DIR if DATABASE_URL is not set.
 * @param log receives progress messages for the operator
 * @throws EmbeddedPostgresError with the reason and how to fix it
 * @throws DatabaseError if certificates in DATABASE_URL cannot be used
 */
export async function openDatabase(config: Config, log: (message: string) => void): Promise<OpenDatabase> {
  const { DATABASE_URL, DATABASE_SCHEMA: schema } = config;
  const inSchema = (url: string) => (schema ? withSchema(url, schema) : url);
  if (DATABASE_URL) {
    const url = inSchema(DATABASE_URL);
    const { names, config: parameters } = ConnectionTarget.of(url);
    log(`Using the database ${parameters.database ?? parameters.user} at ${names.join(', ')}`);
    return { url, close: async () => {} };
  }
  log(`Using the embedded Postgres in ${config.DATA_DIR}. To use another database, set DATABASE_URL.`);
  const { startEmbeddedPostgres } = await import('./embedded/embedded-postgres.js');
  const server = await startEmbeddedPostgres({ dataDir: config.DATA_DIR, log });
  return { url: inSchema(server.url), close: () => server.stop() };
}
