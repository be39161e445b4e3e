import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Session } from './session.entity.js';

const primaryKeyConstraintName = 'degradation_pkey';

/**
 * Stable names of what can be wrong with a session that works all the same; docs/http.md explains each.
 *
 * - `snapshot_unverified`: a whole copy of the address book did not pass verification
 * - `changes_unverified`: changes were taken whose result differs from what the server says
 * - `sync_key_missing`: the phone has not shared a key that is needed
 * - `phone_message_lost`: a message of the phone could not be decrypted, however often it was asked for
 * - `history_lost`: a part of the phone's history could not be had
 * - `changes_refused`: the database refused changes from WhatsApp, and they are lost
 * - `reachout_locked`: WhatsApp has locked the account's reaching out to people
 * - `client_expiring`: WhatsApp has announced when it will refuse the client version in use
 */
export const DEGRADATION_CODES = [
  'snapshot_unverified',
  'changes_unverified',
  'sync_key_missing',
  'phone_message_lost',
  'history_lost',
  'changes_refused',
  'reachout_locked',
  'client_expiring',
] as const;

export type DegradationCode = (typeof DEGRADATION_CODES)[number];

/** Something that is wrong with a session while it is open. */
@Entity('degradation')
export class Degradation {
  @PrimaryColumn({ type: 'text', collation: 'C', name: 'session', primaryKeyConstraintName })
  sessionName: string;

  @ManyToOne(() => Session, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'session', foreignKeyConstraintName: 'degradation_session' })
  session: Session;

  @PrimaryColumn('text', { primaryKeyConstraintName })
  code: DegradationCode;

  /** One sentence for people, which may change while the code stays. */
  @Column('text')
  message: string;

  @Column('timestamptz', { default: () => 'now()' })
  since: Date;

  /** When it ends by itself; null: when it is well again. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;
}
