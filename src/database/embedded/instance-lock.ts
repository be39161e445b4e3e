import type pg from 'pg';
import { PostgresClient } from '../postgres-client.js';
import { type Cluster, ROLE } from './cluster.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** Arbitrary number of the advisory lock. */
const INSTANCE_LOCK = 4_203_889;

/** The server ends the session of a killed service within milliseconds. If it takes longer, the service is alive. */
const LOCK_TIMEOUT = '1s';

const NOT_YET = new Set(['ECONNREFUSED', 'ECONNRESET', '57P01', '57P02', '57P03']);

/** Returns whether the error is that of a server that is starting, shutting down or has just died. */
function isTemporary(error: unknown): boolean {
  const { code, message } = error as { code?: string; message: string };
  return NOT_YET.has(code ?? '') || /terminated|timeout/i.test(message);
}

/** Returns the URL of a database of the cluster, with the password. By default the database of the service. */
export function databaseUrl({ password }: Cluster, port: number, database = ROLE): string {
  return `postgres://${ROLE}:${password}@127.0.0.1:${port}/${database}`;
}

/**
 * Acquires the advisory lock that makes this process the only service on the database, and creates the database of the
 * service if it does not exist. The lock is released when the process ends in any way. Two containers that share the
 * directory are not detected, because neither can reach the server of the other.
 * @returns the connection that holds the lock; null if the server does not accept connections at the moment
 * @throws EmbeddedPostgresError if another service holds the lock
 */
export async function acquireInstanceLock(cluster: Cluster, port: number): Promise<pg.Client | null> {
  const client = new PostgresClient({
    connectionString: databaseUrl(cluster, port, 'postgres'),
    application_name: `whatsapp-contacts process ${process.pid}`,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  try {
    await client.connect();
    await confirmDirectory(client, cluster);
    await lock(client, cluster);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [ROLE]);
    if (!rowCount) await client.query(`CREATE DATABASE ${ROLE}`);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    if (isTemporary(error)) return null;
    throw error;
  }
}

/** Checks the directory of the server, because a server of a copied directory accepts the same password. */
async function confirmDirectory(client: pg.Client, { data }: Cluster): Promise<void> {
  const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
  const directory = rows[0]?.data_directory.replaceAll('\\', '/');
  if (directory !== data.replaceAll('\\', '/')) throw new Error(`the server on its port uses ${directory}`);
}

async function lock(client: pg.Client, { dataDir }: Cluster): Promise<void> {
  try {
    await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
    await client.query('SELECT pg_advisory_lock($1)', [INSTANCE_LOCK]);
  } catch (error) {
    if ((error as pg.DatabaseError).code !== '55P03') throw error;
    const { rows } = await client.query<{ application_name: string }>(
      `SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)
       WHERE locktype = 'advisory' AND granted AND objid = $1 AND datname = current_database()`,
      [INSTANCE_LOCK],
    );
    const holder = rows[0]?.application_name ?? 'another process';
    throw new EmbeddedPostgresError(
      `DATA_DIR ${dataDir} is in use by another instance of this service (${holder}): stop it first, or set another ` +
        'DATA_DIR or DATABASE_URL for this instance.',
      { cause: error },
    );
  }
}
