import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The right to be connected to WhatsApp and to write what it says: one row, changed in place. */
@Entity('session_lease')
export class SessionLease {
  /**
   * Grows with each change of owner. It is the primary key so that a writer's `FOR KEY SHARE` holds up a change of
   * owner until the write is committed, but not the owner's own renewals.
   */
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'session_lease_pkey' })
  fence: string;

  /** An id made at each start of a session role; null when nobody holds the lease. */
  @Column('text', { nullable: true })
  owner: string | null;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;
}
