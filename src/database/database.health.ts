import pTimeout from 'p-timeout';
import type { Pool } from 'pg';
import { SingleFlight } from '../kernel/async/single-flight.js';
import { SettingRefused } from './database-errors.js';

const TIMEOUT_MS = 2_000;

/** Why the database cannot be used. */
export interface DatabaseProblem {
  /** Whether the database did not respond, so that its state is unknown. */
  isUnreachable: boolean;
  /** One sentence. */
  message: string;
}

const UNMIGRATED = { isUnreachable: false, message: 'The database is not migrated.' };
const READ_ONLY = { isUnreachable: false, message: 'The database is read-only: nothing new can be saved.' };
const unreachable = (message: string) => ({ isUnreachable: true, message });

/** Checks whether the database can be used. Simultaneous callers share one query. */
export class DatabaseHealth {
  private readonly checks = new SingleFlight<'database', DatabaseProblem | null>();

  /** @param mustWrite whether a read-only replica is a problem, as it is for sessions */
  constructor(
    private readonly pool: Pick<Pool, 'query'>,
    private readonly mustWrite: boolean,
  ) {}

  /** @returns null if the database can be used */
  async problem(): Promise<DatabaseProblem | null> {
    const fallback = () => unreachable(`The database does not respond within ${TIMEOUT_MS} ms.`);
    return this.checks.run('database', () => pTimeout(this.check(), { milliseconds: TIMEOUT_MS, fallback }));
  }

  private async check(): Promise<DatabaseProblem | null> {
    try {
      const { rows } = await this.pool.query<{ readOnly: boolean }>(
        `SELECT current_setting('transaction_read_only')::boolean AND ($1 OR NOT pg_is_in_recovery()) AS "readOnly"
         FROM session LIMIT 1`,
        [this.mustWrite],
      );
      const [row] = rows;
      if (!row) return UNMIGRATED;
      return row.readOnly ? READ_ONLY : null;
    } catch (error) {
      if (error instanceof SettingRefused) return { isUnreachable: false, message: error.message };
      const isUnmigrated = (error as { code?: string }).code === '42P01';
      return isUnmigrated ? UNMIGRATED : unreachable('The database cannot be reached.');
    }
  }
}
