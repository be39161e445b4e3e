import type { GracefulServer } from './api/http/graceful-server.js';
import { createHttpServer, type SessionThread } from './api/http-server.js';
import { AppModule } from './app.module.js';
import { migrate } from './database/migrations.js';
import { ENTITIES } from './entities.js';
import type { Config } from './kernel/config/config.js';

/**
 * Migrates the database and builds the HTTP application on it, not yet listening. Loaded only in processes that serve the API,
 * because the framework and TypeORM take 50 MB.
 * @param sessions null in a process that runs no sessions
 * @throws SecretsError when secrets are encrypted with a key that is not supplied
 */
export async function createApi(
  config: Config,
  databaseUrl: string,
  sessions: SessionThread | null,
): Promise<GracefulServer> {
  await migrate(databaseUrl, ENTITIES);
  return createHttpServer(AppModule.forRoot(config, databaseUrl), config, sessions);
}
