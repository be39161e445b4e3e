import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Session } from '../../sessions/session.entity.js';

/** Baileys' credentials of a session's linked device, or of the device to be linked. */
@Entity('auth_credentials')
export class AuthCredentials {
  @PrimaryColumn({
    name: 'session',
    type: 'text',
    collation: 'C',
    primaryKeyConstraintName: 'auth_credentials_pkey',
  })
  sessionName: string;

  @ManyToOne(() => Session, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'session', foreignKeyConstraintName: 'auth_credentials_session' })
  session: Session;

  /** `AuthenticationCreds` as JSON (Baileys' BufferJSON), encrypted (secrets.ts). */
  @Column('text')
  value: string;
}
