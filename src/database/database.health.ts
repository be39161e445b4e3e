import pTimeout from 'p-timeout';
import type { Pool } from 'pg';

const TIMEOUT_MS = 2_000;

/** Whether the database can be used. Who asks at the same time is answered together. */
export class DatabaseHealth {
  private asking: Promise<string | null> | null = null;

  /** @param mustWrite whether a database from which one can only read is a problem: a replica is, where sessions run */
  constructor(
    private readonly pool: Pick<Pool, 'query'>,
    private readonly mustWrite: boolean,
  ) {}

  /** @returns why the database cannot be used, one sentence; null when it can */
  problem(): Promise<string | null> {
    this.asking ??= this.askInTime().finally(() => (this.asking = null));
    return this.asking;
  }

  private askInTime(): Promise<string | null> {
    const fallback = () => `The database does not answer within ${TIMEOUT_MS} ms.`;
    return pTimeout(this.ask(), { milliseconds: TIMEOUT_MS, fallback });
  }

  private async ask(): Promise<string | null> {
    try {
      const { rows } = await this.pool.query<{ readOnly: boolean }>(
        `SELECT current_setting('transaction_read_only')::boolean AND ($1 OR NOT pg_is_in_recovery()) AS "readOnly"
         FROM session LIMIT 1`,
        [this.mustWrite],
      );
      const [row] = rows;
      if (!row) return 'The database is not migrated.';
      return row.readOnly ? 'The database is read-only: nothing new can be saved.' : null;
    } catch (error) {
      const isUnmigrated = (error as { code?: string }).code === '42P01';
      return isUnmigrated ? 'The database is not migrated.' : 'The database cannot be reached.';
    }
  }
}
