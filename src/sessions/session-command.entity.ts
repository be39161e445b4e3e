import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import type { DomainErrorKind } from '../kernel/errors/domain-error.js';
import type { RefusalCode } from './command-refused.js';
import { Session } from './session.entity.js';

/** What the API can ask of the session role. */
export type SessionCommandKind =
  'pairing-code' | 'passkey-assertion' | 'passkey-confirm' | 'passkey-cancel' | 'unlink';

/** A request of the API to the process that holds the session, and its answer. */
@Entity('session_command')
export class SessionCommand {
  @PrimaryColumn({
    name: 'session',
    type: 'text',
    collation: 'C',
    primaryKeyConstraintName: 'session_command_pkey',
  })
  sessionName: string;

  @ManyToOne(() => Session, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'session', foreignKeyConstraintName: 'session_command_session' })
  session: Session;

  @PrimaryGeneratedColumn('identity', { type: 'bigint', primaryKeyConstraintName: 'session_command_pkey' })
  id: string;

  @Column('text')
  kind: SessionCommandKind;

  /**
   * `pairing-code`: the phone number, digits. `passkey-assertion`: `{token, assertion}` as JSON. `passkey-confirm`: the
   * token. Null for the others, and after the command is accepted. Encrypted.
   */
  @Column('text', { nullable: true })
  argument: string | null;

  /** After this nobody waits for the answer any more. */
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  @Column('timestamptz', { name: 'taken_at', nullable: true })
  takenAt: Date | null;

  @Column('timestamptz', { name: 'done_at', nullable: true })
  doneAt: Date | null;

  /** `pairing-code`: an ExpiringText as JSON. `unlink`: a sentence for people. Null for the others. Encrypted. */
  @Column('text', { nullable: true })
  result: string | null;

  /** Why it could not be done, for people. */
  @Column('text', { nullable: true })
  error: string | null;

  /** What kind of error that is, which the API answers with a status of its own. */
  @Column('text', { name: 'error_kind', nullable: true })
  errorKind: DomainErrorKind | null;

  /** Its stable name; null when a process of an older version has answered. */
  @Column('text', { name: 'error_code', nullable: true })
  errorCode: RefusalCode | null;
}
