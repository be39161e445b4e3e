import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Session } from '../../sessions/session.entity.js';

const primaryKeyConstraintName = 'auth_key_pkey';

/** A Signal key, session or other record of Baileys' key store (`SignalDataTypeMap`). */
@Entity('auth_key')
export class AuthKey {
  @PrimaryColumn({ name: 'session', type: 'text', collation: 'C', primaryKeyConstraintName })
  sessionName: string;

  @ManyToOne(() => Session, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'session', foreignKeyConstraintName: 'auth_key_session' })
  session: Session;

  /** For example `pre-key`, `session`, `app-state-sync-key`, `lid-mapping`. */
  @PrimaryColumn('text', { primaryKeyConstraintName })
  type: string;

  @PrimaryColumn('text', { primaryKeyConstraintName })
  id: string;

  /** JSON (Baileys' BufferJSON), encrypted (secrets.ts). */
  @Column('text')
  value: string;
}
