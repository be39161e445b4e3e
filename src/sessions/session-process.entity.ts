import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A process of the session role, and until when it is believed to be alive: the lease on all sessions that it holds. When
 * it is past, another process deletes the row, and so frees the sessions.
 */
@Entity('session_process')
export class SessionProcess {
  /** Made at each start, and again after a lease was lost. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'session_process_pkey' })
  id: string;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  /** Whether it encrypts the secrets that it writes (ENCRYPTION_KEY); false for a process of an earlier version. */
  @Column('boolean', { default: false })
  encrypts: boolean;
}
