import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Scope } from './scopes.js';

/** An API key. Only a hash of the key itself is stored. */
@Entity('api_key')
export class ApiKey {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'api_key_pkey' })
  id: string;

  /** Describes the user of the key. */
  @Column('text')
  name: string;

  /** SHA-256, 32 bytes. */
  @Column('bytea')
  hash: Buffer;

  @Column('text', { array: true })
  scopes: Scope[];

  /** Names of the sessions that the key can access; null for all. */
  @Column('text', { array: true, nullable: true })
  sessions: string[] | null;

  /** Null if unlimited. */
  @Column('int', { name: 'requests_per_minute', nullable: true })
  requestsPerMinute: number | null;

  /** Null if it does not expire. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  /** Accurate to a minute; null if never used. */
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt: Date | null;
}
