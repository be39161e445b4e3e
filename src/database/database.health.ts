import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';

const TIMEOUT_MS = 2_000;

/** Whether the database can be used. */
@Injectable()
export class DatabaseHealth {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @returns why the database cannot be used, one sentence; null when it can */
  async problem(): Promise<string | null> {
    const timeout = sleep(TIMEOUT_MS, `The database does not answer within ${TIMEOUT_MS} ms.`, {
      ref: false,
    });
    return Promise.race([this.ask(), timeout]);
  }

  private async ask(): Promise<string | null> {
    try {
      const [row] = await this.dataSource.query<{ readOnly: boolean }[]>(
        `SELECT current_setting('transaction_read_only')::boolean AS "readOnly" FROM session_state`,
      );
      if (!row) return 'The database is not migrated.';
      return row.readOnly ? 'The database is read-only: nothing new can be saved.' : null;
    } catch (error) {
      const isUnmigrated = (error as { code?: string }).code === '42P01';
      return isUnmigrated ? 'The database is not migrated.' : 'The database cannot be reached.';
    }
  }
}
