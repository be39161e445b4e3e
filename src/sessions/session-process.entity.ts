import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A process of the session role, and the lease on all its sessions. When the lease expires, another process deletes the
 * row, which releases the sessions.
 */
@Entity('session_process')
export class SessionProcess {
  /** Created at each start, and after a lease was lost. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'session_process_pkey' })
  id: string;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  /** Whether the process encrypts secrets (ENCRYPTION_KEY); false for processes of earlier versions. */
  @Column('boolean', { default: false })
  encrypts: boolean;
}
