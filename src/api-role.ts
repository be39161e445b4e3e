import type { GracefulServer } from './api/http/graceful-server.js';
import { createHttpServer, type SessionThread } from './api/http-server.js';
import { AppModule } from './app.module.js';
import { migrate } from './database/migrations.js';
import { ENTITIES } from './entities.js';
import type { Config } from './kernel/config/config.js';

/**
 * Migrates the database and creates the HTTP server, which does not listen yet. Loaded only in processes that serve the
 * API, because the framework and TypeORM use 50 MB.
 *
 * @param sessions null in a process that runs no sessions
 * @throws SecretsError if secrets are encrypted with a key that is not configured
 */
export async function createApi(
  config: Config,
  databaseUrl: string,
  sessions: SessionThread | null,
): Promise<GracefulServer> {
  await migrate(databaseUrl, ENTITIES, config.DATABASE_SCHEMA);
  return createHttpServer(AppModule.forRoot(config, databaseUrl), config, sessions);
}
