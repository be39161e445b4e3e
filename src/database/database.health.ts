import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';

const TIMEOUT_MS = 2_000;

/** Whether the database can serve reads. */
@Injectable()
export class DatabaseHealth {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @returns why the database cannot be used, one sentence; null when it can */
  async problem(): Promise<string | null> {
    const timeout = sleep(TIMEOUT_MS, `The database does not answer within ${TIMEOUT_MS} ms.`, { ref: false });
    return Promise.race([this.ask(), timeout]);
  }

  private async ask(): Promise<string | null> {
    try {
      const rows = await this.dataSource.query<unknown[]>('SELECT FROM session_state');
      return rows.length === 1 ? null : 'The database is not migrated.';
    } catch (error) {
      const isUnmigrated = (error as { code?: string }).code === '42P01';
      return isUnmigrated ? 'The database is not migrated.' : 'The database cannot be reached.';
    }
  }
}
