import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Session } from './session.entity.js';

const primaryKeyConstraintName = 'degradation_pkey';

/**
 * Stable codes of problems of a session that is open; docs/http.md explains each.
 *
 * - `snapshot_unverified`: a snapshot of the address book failed verification
 * - `changes_unverified`: changes were applied although their checksum differs from that of the server
 * - `sync_key_missing`: the phone has not shared a required key
 * - `phone_message_lost`: a message from the phone could not be decrypted after all retries
 * - `history_lost`: a part of the phone's history was not available
 * - `changes_refused`: the database rejected changes from WhatsApp, and they are lost
 * - `sync_delayed`: changes of the address book could not be read or saved for more than 60 s
 * - `reachout_locked`: WhatsApp does not allow the account to message new contacts
 * - `checks_stopped`: WhatsApp rejected, rate-limited or did not answer a number check
 * - `client_expiring`: WhatsApp has announced when it will reject the client version in use
 */
export const DEGRADATION_CODES = [
  'snapshot_unverified',
  'changes_unverified',
  'sync_key_missing',
  'phone_message_lost',
  'history_lost',
  'changes_refused',
  'sync_delayed',
  'reachout_locked',
  'checks_stopped',
  'client_expiring',
] as const;

export type DegradationCode = (typeof DEGRADATION_CODES)[number];

/** A problem of a session that is open. */
@Entity('degradation')
export class Degradation {
  @PrimaryColumn({ type: 'text', collation: 'C', name: 'session', primaryKeyConstraintName })
  sessionName: string;

  @ManyToOne(() => Session, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'session', foreignKeyConstraintName: 'degradation_session' })
  session: Session;

  @PrimaryColumn('text', { primaryKeyConstraintName })
  code: DegradationCode;

  /** One sentence for operators. May change while the code stays the same. */
  @Column('text')
  message: string;

  @Column('timestamptz', { default: () => 'now()' })
  since: Date;

  /** When the degradation ends by itself; null if it ends when the problem is solved. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;
}
