import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import type { DomainErrorKind } from '../kernel/errors/domain-error.js';
import type { RefusalCode } from './command-refused.js';
import { Session } from './session.entity.js';

/** Commands that the API can send to the session role. */
export type SessionCommandKind =
  | 'check-numbers'
  | 'pairing-code'
  | 'passkey-assertion'
  | 'passkey-confirm'
  | 'passkey-cancel'
  | 'use-proxy'
  | 'unlink';

/** A command from the API to the process that holds the lease of the session, and its outcome. */
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
   * `check-numbers`: phone numbers as JSON. `pairing-code`: the phone number, digits. `passkey-assertion`:
   * `{token, assertion}` as JSON. `passkey-confirm`: the token. Null for the others, and after the command is claimed.
   * Encrypted.
   */
  @Column('text', { nullable: true })
  argument: string | null;

  /** When the API stops waiting for the result. */
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  @Column('timestamptz', { name: 'taken_at', nullable: true })
  takenAt: Date | null;

  @Column('timestamptz', { name: 'done_at', nullable: true })
  doneAt: Date | null;

  /**
   * `check-numbers`: AcceptedChecks as JSON. `pairing-code`: an ExpiringText as JSON. `unlink`: an UnlinkResult. Null
   * for the others. Encrypted.
   */
  @Column('text', { nullable: true })
  result: string | null;

  /** Message of the error; null if the command succeeded. */
  @Column('text', { nullable: true })
  error: string | null;

  /** Determines the HTTP status. */
  @Column('text', { name: 'error_kind', nullable: true })
  errorKind: DomainErrorKind | null;

  /** Null if a process of an earlier version stored the outcome. */
  @Column('text', { name: 'error_code', nullable: true })
  errorCode: RefusalCode | null;
}
