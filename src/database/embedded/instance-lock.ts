import type pg from 'pg';
import { ROLE, type Cluster } from './cluster.js';
import { PostgresClient } from '../postgres-client.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** Any number of our own: the advisory lock that the one service on this database holds. */
const INSTANCE_LOCK = 4_203_889;

/** The server drops the session of a killed service within milliseconds; longer means that it is alive. */
const LOCK_TIMEOUT = '1s';

const NOT_YET = new Set(['ECONNREFUSED', 'ECONNRESET', '57P01', '57P02', '57P03']);

/** Matches what is said of a server that starts, ends, or just died. */
function isPassing(error: unknown): boolean {
  const { code, message } = error as { code?: string; message: string };
  return NOT_YET.has(code ?? '') || /terminated|timeout/i.test(message);
}

/** URL of a database of the cluster, with the password; by default the one that the service uses. */
export function databaseUrl({ password }: Cluster, port: number, database = ROLE): string {
  return `postgres://${ROLE}:${password}@127.0.0.1:${port}/${database}`;
}

/**
 * Becomes the one service on this database, by a session that holds an advisory lock: it ends with our process,
 * however that ends. Makes the service's database when it is not there. (Two containers that share the folder are
 * not kept apart: neither sees the other's server.)
 * @returns the session; null when the server does not take connections yet, or no more
 * @throws EmbeddedPostgresError when another service holds the lock
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
    await confirmOurs(client, cluster);
    await lock(client, cluster);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [ROLE]);
    if (!rowCount) await client.query(`CREATE DATABASE ${ROLE}`);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    if (isPassing(error)) return null;
    throw error;
  }
}

/** Our password was right; a copy of our folder has the same, though. */
async function confirmOurs(client: pg.Client, { data }: Cluster): Promise<void> {
  const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
  const folder = rows[0]?.data_directory.replaceAll('\\', '/');
  if (folder !== data.replaceAll('\\', '/')) throw new Error(`the server on its port serves ${folder}`);
}

async function lock(client: pg.Client, { dataDir }: Cluster): Promise<void> {
  try {
    await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
    await client.query('SELECT pg_advisory_lock($1)', [INSTANCE_LOCK]);
  } catch (error) {
    if ((error as pg.DatabaseError).code !== '55P03') throw error;
    const { rows } = await client.query<{ application_name: string }>(
      `SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)
       WHERE locktype = 'advisory' AND granted AND objid = $1`,
      [INSTANCE_LOCK],
    );
    const holder = rows[0]?.application_name ?? 'another process';
    throw new EmbeddedPostgresError(
      `DATA_DIR ${dataDir} is in use by another instance of this service (${holder}): ` +
        'stop that one first, or give this one a DATA_DIR or DATABASE_URL of its own.',
      { cause: error },
    );
  }
}
