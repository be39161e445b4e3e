import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { LogLevel } from '../kernel/logging/log-levels.js';

/** A log level that replaces the configured ones until it expires. A deleted session keeps its row until then. */
@Entity('log_level')
export class LogLevelRecord {
  /** Name of the session; empty for all sessions and for work without a session. */
  @PrimaryColumn({
    type: 'text',
    collation: 'C',
    name: 'session',
    primaryKeyConstraintName: 'log_level_pkey',
  })
  session: string;

  @Column('text')
  level: LogLevel;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;
}
