import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Account } from '../accounts/account.entity.js';
import type { LinkOffer } from './link-offer.js';

export const SESSION_STATUSES = ['linking', 'connecting', 'open', 'disconnected', 'logged_out'] as const;

/**
 * - `linking`: waits for a phone; a QR code is shown as soon as WhatsApp has sent one
 * - `connecting`: linked, on the way to WhatsApp
 * - `open`: linked and connected
 * - `disconnected`: linked, but not connected; see reason
 * - `logged_out`: unlinked a moment ago; a new QR follows
 */
export type SessionStatus = (typeof SESSION_STATUSES)[number];

/** The session as the session role last wrote it: one row, read by every replica of the API. */
@Entity('session_state')
@Check('session_state_one_row', 'id = 1')
@Check('session_state_status', `status IN ('${SESSION_STATUSES.join("', '")}')`)
export class SessionState {
  @PrimaryColumn('smallint', { default: 1, primaryKeyConstraintName: 'session_state_pkey' })
  id: number;

  @Column('text', { default: 'linking' })
  status: SessionStatus;

  /** Why the session is not open, one sentence for people; null when it is. */
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

  /** Why profiles are not fetched at the moment; null when they are. */
  @Column('text', { name: 'profiles_paused', nullable: true })
  profilesPaused: string | null;

  /** Until when WhatsApp wants no requests for profiles, also after a restart; null when it has not complained. */
  @Column('timestamptz', { name: 'profiles_resume_at', nullable: true })
  profilesResumeAt: Date | null;

  /** What a person can link with; null when there is nothing. It is void with the connection that it belongs to. */
  @Column('json', { name: 'link_offer', nullable: true })
  linkOffer: LinkOffer | null;

  /** The account whose contacts are served: the one linked now, or the last one. */
  @ManyToOne(() => Account, { nullable: true })
  @JoinColumn({ name: 'account_id', foreignKeyConstraintName: 'session_state_account' })
  account: Account | null;
}
