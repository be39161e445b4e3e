import type { Config } from '../kernel/config/config.js';

/** A database that can be connected to; close() stops it if it is ours. */
export interface OpenDatabase {
  url: string;
  close(): Promise<void>;
}

/**
 * The configured Postgres, or, without DATABASE_URL, an embedded one under DATA_DIR.
 * @param log takes progress for people, one line a call
 * @throws EmbeddedPostgresError with one sentence for the operator
 */
export async function openDatabase(config: Config, log: (message: string) => void): Promise<OpenDatabase> {
  if (config.DATABASE_URL) return { url: config.DATABASE_URL, close: async () => {} };
  const { startEmbeddedPostgres } = await import('./embedded/embedded-postgres.js');
  const server = await startEmbeddedPostgres({ dataDir: config.DATA_DIR, log });
  return { url: server.url, close: () => server.stop() };
}
