import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import { Account } from '../accounts/account.entity.js';
import type { ClientVersion } from './client-version.js';
import type { LinkOffer } from './link-offer.js';
import type { ReasonCode } from './reason-code.js';
import { SESSION_NAME } from '../kernel/identifiers/session-name.js';
import { SessionProcess } from './session-process.entity.js';

export const SESSION_STATUSES = ['linking', 'connecting', 'open', 'disconnected', 'logged_out'] as const;

/**
 * - `linking`: waits for a phone; a QR code is shown as soon as WhatsApp has sent one
 * - `connecting`: linked, on the way to WhatsApp
 * - `open`: linked and connected
 * - `disconnected`: linked, but not connected; see reason
 * - `logged_out`: unlinked a moment ago; a new QR follows
 */
export type SessionStatus = (typeof SESSION_STATUSES)[number];

/** One link to WhatsApp: its state as the session role last wrote it, its account, and the lease of its process. */
@Entity('session')
@Check('session_name', `name ~ '${SESSION_NAME.source}'`)
@Check('session_status', `status IN ('${SESSION_STATUSES.join("', '")}')`)
@Unique('session_fencing', ['name', 'fencingToken'])
@Index('session_linked_account', ['account'], { unique: true, where: 'is_linked' })
export class Session {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'session_pkey' })
  name: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  /** The account whose contacts are served: the one linked now, or the last one; null before the first. */
  @ManyToOne(() => Account, { nullable: true })
  @JoinColumn({ name: 'account_id', foreignKeyConstraintName: 'session_account' })
  account: Account | null;

  /** Whether the account is linked through this session; of all sessions with the account at most one is. */
  @Column('boolean', { name: 'is_linked', default: false })
  isLinked: boolean;

  @Column('text', { default: 'linking' })
  status: SessionStatus;

  /** Why the session is not open; null when it is. */
  @Column('text', { name: 'reason_code', nullable: true })
  reasonCode: ReasonCode | null;

  /** The same in one sentence for people. */
  @Column('text', { nullable: true })
  reason: string | null;

  /** What the operator can do about it; null when nothing is needed. */
  @Column('text', { nullable: true })
  advice: string | null;

  /** Since when the status is what it is. */
  @Column('timestamptz', { default: () => 'now()' })
  since: Date;

  /** When the next attempt to connect is due; null when none is planned. */
  @Column('timestamptz', { name: 'retry_at', nullable: true })
  retryAt: Date | null;

  /** What goes wrong with the synchronisation while the session is open; null when nothing does. */
  @Column('text', { name: 'sync_problem', nullable: true })
  syncProblem: string | null;

  /**
   * Data that a user can link with; an encrypted JSON string if a key is set. Null if there is none. Invalid when its connection
   * ends.
   */
  @Column('json', { name: 'link_offer', nullable: true })
  linkOffer: string | LinkOffer | null;

  /** The version of WhatsApp Web that the last connection reported; null before the first. */
  @Column('integer', { name: 'client_version', array: true, nullable: true })
  clientVersion: ClientVersion | null;

  /** When WhatsApp will refuse that version; null if it has not announced a date. */
  @Column('timestamptz', { name: 'client_expires_at', nullable: true })
  clientExpiresAt: Date | null;

  /** Why profiles are not fetched at the moment; null when they are. */
  @Column('text', { name: 'profiles_paused', nullable: true })
  profilesPaused: string | null;

  /** Until when WhatsApp wants no requests for profiles, also after a restart; null when it has not complained. */
  @Column('timestamptz', { name: 'profiles_resume_at', nullable: true })
  profilesResumeAt: Date | null;

  /** When the next batch of profiles may be fetched; null: at once. */
  @Column('timestamptz', { name: 'profiles_batch_at', nullable: true })
  profilesBatchAt: Date | null;

  /** The process that holds the session's lease; null when none does. */
  @ManyToOne(() => SessionProcess, { nullable: true, onDelete: 'SET NULL' })
  @JoinColumn({ name: 'process_id', foreignKeyConstraintName: 'session_process' })
  process: SessionProcess | null;

  /**
   * Changes with each lease. It stands in a unique constraint so that a writer's `FOR KEY SHARE` holds up the next lease
   * until the write is committed, but no other change of the row.
   */
  @Column('bigint', { name: 'fencing_token', default: () => "nextval('session_fencing_token')" })
  fencingToken: string;

  /** Whether the last lease was given up in good order; false: its process was killed, and its last writes are in doubt. */
  @Column('boolean', { name: 'was_released', default: true })
  wasReleased: boolean;
}
