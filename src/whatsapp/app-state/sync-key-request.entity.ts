import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Session } from '../../sessions/session.entity.js';

const primaryKeyConstraintName = 'sync_key_request_pkey';

/** A sync key that was requested from the phone. */
@Entity('sync_key_request')
export class SyncKeyRequest {
  @PrimaryColumn({ type: 'text', collation: 'C', name: 'session', primaryKeyConstraintName })
  sessionName: string;

  @ManyToOne(() => Session, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'session', foreignKeyConstraintName: 'sync_key_request_session' })
  session: Session;

  /** Base64. */
  @PrimaryColumn('text', { name: 'key_id', primaryKeyConstraintName })
  keyId: string;

  @Column('timestamptz', { name: 'asked_at' })
  askedAt: Date;
}
