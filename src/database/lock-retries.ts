import { setTimeout as sleep } from 'node:timers/promises';
import { Log } from '../kernel/logging/log.js';
import { sqlStateOf } from './database-errors.js';
import type { Transaction } from './transaction.js';

/**
 * Maximum wait of a migration for a lock. Meanwhile, every other transaction that uses the table waits behind the
 * migration, so the wait has to be short. Transactions of the service take a few milliseconds.
 */
const LOCK_TIMEOUT_MS = 300;
const PAUSE_MS = { min: 1_000, max: 4_000 };
const LOG_EVERY_MS = 60_000;

/** SQLSTATE of a lock that was not available in time. */
const LOCK_NOT_AVAILABLE = '55P03';

/** Runs SQL outside of the transaction of the migrations. */
type Database = Pick<Transaction, 'query'>;

const log = new Log('Migrations');

/** Limits the time that the rest of the transaction waits for locks. */
export async function limitLockWaits(tx: Transaction): Promise<void> {
  await tx.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
}

/**
 * Repeats a transaction with limited lock waits until it gets all locks. A long transaction of another program, such as
 * a dump, delays it until that transaction ends. It never blocks other transactions for longer than the limit.
 */
export async function untilLocksAvailable(
  database: Database,
  transaction: () => Promise<void>,
): Promise<void> {
  let loggedMs = -Infinity;
  for (;;) {
    try {
      return await transaction();
    } catch (error) {
      if (sqlStateOf(error) !== LOCK_NOT_AVAILABLE) throw error;
    }
    if (performance.now() - loggedMs > LOG_EVERY_MS) {
      loggedMs = performance.now();
      const transactions = await findLongTransactions(database);
      log.warn({ transactions }, 'Migrating database is waiting for other transactions to end');
    }
    await sleep(PAUSE_MS.min + Math.random() * (PAUSE_MS.max - PAUSE_MS.min));
  }
}

/** Returns the oldest transactions. Those of other database users are visible only to members of pg_read_all_stats. */
async function findLongTransactions(database: Database): Promise<unknown> {
  return database.query(
    `SELECT pid, application_name AS application, round(extract(epoch FROM now() - xact_start))::int AS seconds
     FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND xact_start < now() - interval '${LOCK_TIMEOUT_MS} ms'
     ORDER BY xact_start LIMIT 5`,
  );
}
