import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { LogLevel, LogLevelOverride } from '../kernel/logging/log-levels.js';

export interface StoredLogLevel extends LogLevelOverride {
  expiresAt: Date;
}

/** Stores the log levels that replace the configured ones. */
@Injectable()
export class LogLevelsRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Returns those that have not expired, ordered by session. */
  async list(): Promise<StoredLogLevel[]> {
    return this.dataSource.query<StoredLogLevel[]>(
      'SELECT session, level, expires_at AS "expiresAt" FROM log_level WHERE expires_at > now() ORDER BY session',
    );
  }

  async set(session: string, level: LogLevel, minutes: number): Promise<void> {
    await this.dataSource.query(
      `WITH expired AS (DELETE FROM log_level WHERE expires_at <= now() AND session <> $1)
       INSERT INTO log_level (session, level, expires_at) VALUES ($1, $2, now() + $3 * interval '1 min')
       ON CONFLICT (session) DO UPDATE SET level = EXCLUDED.level, expires_at = EXCLUDED.expires_at`,
      [session, level, minutes],
    );
  }

  async remove(session: string): Promise<void> {
    await this.dataSource.query('DELETE FROM log_level WHERE session = $1', [session]);
  }
}
