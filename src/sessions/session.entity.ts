import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import { Account } from '../accounts/account.entity.js';
import { SESSION_NAME } from '../kernel/identifiers/session-name.js';
import type { ClientVersion } from './client-version.js';
import type { LinkOffer } from './link-offer.js';
import type { ReasonCode } from './reason-code.js';
import { SessionProcess } from './session-process.entity.js';

export const SESSION_STATUSES = ['linking', 'connecting', 'open', 'disconnected', 'logged_out'] as const;

/**
 * - `linking`: waiting for a phone; a QR code is available as soon as WhatsApp has sent one
 * - `connecting`: linked, connecting to WhatsApp
 * - `open`: linked and connected
 * - `disconnected`: linked, but not connected; see reason
 * - `logged_out`: just unlinked; a new QR code follows
 */
export type SessionStatus = (typeof SESSION_STATUSES)[number];

/** A link to WhatsApp: the state that the session role last reported, the account, and the lease of the process. */
@Entity('session')
@Check('session_name', `name ~ '${SESSION_NAME.source}'`)
@Check('session_status', `status IN ('${SESSION_STATUSES.join("', '")}')`)
@Unique('session_fencing', ['name', 'fencingToken'])
// A full index would make the release of an account wait for all writers of the session.
@Index('session_with_account', ['account'], { unique: true, where: 'account_id IS NOT NULL' })
export class Session {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'session_pkey' })
  name: string;

  /** Name of the account for users, up to 100 characters; null if they have not set one. */
  @Column('text', { name: 'display_name', nullable: true })
  displayName: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  /**
   * The account whose contacts are served: the linked one, or the last one. Null before the first link, and after the
   * account was linked through another session. An account belongs to at most one session.
   */
  @ManyToOne(() => Account, { nullable: true })
  @JoinColumn({ name: 'account_id', foreignKeyConstraintName: 'session_account' })
  account: Account | null;

  /** Whether the account is linked through this session. */
  @Column('boolean', { name: 'is_linked', default: false })
  isLinked: boolean;

  /** Why the account was unlinked; null while it is linked through any session, and before the first link. */
  @Column('text', { name: 'unlinked_code', nullable: true })
  unlinkedCode: ReasonCode | null;

  @Column('timestamptz', { name: 'unlinked_at', nullable: true })
  unlinkedAt: Date | null;

  @Column('text', { default: 'linking' })
  status: SessionStatus;

  /** Why the session is not open; null if it is. */
  @Column('text', { name: 'reason_code', nullable: true })
  reasonCode: ReasonCode | null;

  /** The reason in one sentence for operators. */
  @Column('text', { nullable: true })
  reason: string | null;

  /** How the operator can fix it; null if no action is required. */
  @Column('text', { nullable: true })
  advice: string | null;

  /** When the status last changed. */
  @Column('timestamptz', { default: () => 'now()' })
  since: Date;

  /** When the session was last open; unlike `since`, not changed by further attempts. Null while it is open. */
  @Column('timestamptz', { name: 'offline_since', nullable: true })
  offlineSince: Date | null;

  /** When the next connection attempt is due; null if none is scheduled. */
  @Column('timestamptz', { name: 'retry_at', nullable: true })
  retryAt: Date | null;

  /** Problem of the synchronization while the session is open; null if there is none. */
  @Column('text', { name: 'sync_problem', nullable: true })
  syncProblem: string | null;

  /**
   * Current ways to link an account; an encrypted JSON string if a key is set. Null if there are none. Becomes invalid
   * when the connection ends.
   */
  @Column('json', { name: 'link_offer', nullable: true })
  linkOffer: string | LinkOffer | null;

  /** WhatsApp Web version that the last connection reported; null before the first. */
  @Column('integer', { name: 'client_version', array: true, nullable: true })
  clientVersion: ClientVersion | null;

  /** When WhatsApp will reject this version; null if it has not announced a date. */
  @Column('timestamptz', { name: 'client_expires_at', nullable: true })
  clientExpiresAt: Date | null;

  /** Why profiles are not fetched at the moment; null if they are. */
  @Column('text', { name: 'profiles_paused', nullable: true })
  profilesPaused: string | null;

  /** Whether this pause lasts as long as the configuration of the process: not even requested profiles are fetched. */
  @Column('boolean', { name: 'profiles_off', default: false })
  profilesOff: boolean;

  /** When profile fetches may resume after WhatsApp has rate-limited them; null if it has not. */
  @Column('timestamptz', { name: 'profiles_resume_at', nullable: true })
  profilesResumeAt: Date | null;

  /** When the next batch of profile fetches may start; null if it may start immediately. */
  @Column('timestamptz', { name: 'profiles_batch_at', nullable: true })
  profilesBatchAt: Date | null;

  /** URL of the session's proxy, with credentials, encrypted; null for the proxies in the environment. */
  @Column('text', { nullable: true })
  proxy: string | null;

  /** The process that holds the session's lease; null if none does. */
  @ManyToOne(() => SessionProcess, { nullable: true, onDelete: 'SET NULL' })
  @JoinColumn({ name: 'process_id', foreignKeyConstraintName: 'session_process' })
  process: SessionProcess | null;

  /**
   * Changes with each lease. Part of a unique constraint, so that a writer's `FOR KEY SHARE` delays the next lease
   * until the write is committed, but does not delay other changes of the row.
   */
  @Column('bigint', { name: 'fencing_token', default: () => "nextval('session_fencing_token')" })
  fencingToken: string;

  /** Whether the last lease was released cleanly. False after the process was killed: its last writes are in doubt. */
  @Column('boolean', { name: 'was_released', default: true })
  wasReleased: boolean;
}
