import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Scope } from './scopes.js';

/** A key to the API. Of the key itself only a hash is kept. */
@Entity('api_key')
export class ApiKey {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'api_key_pkey' })
  id: string;

  /** For people: who uses it. */
  @Column('text')
  name: string;

  /** SHA-256, 32 bytes. */
  @Column('bytea')
  hash: Buffer;

  @Column('text', { array: true })
  scopes: Scope[];

  /** Names of the sessions it is good for; null: all. */
  @Column('text', { array: true, nullable: true })
  sessions: string[] | null;

  /** Null: as many as it likes. */
  @Column('int', { name: 'requests_per_minute', nullable: true })
  requestsPerMinute: number | null;

  /** Null: never. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  /** To the minute. */
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt: Date | null;
}
