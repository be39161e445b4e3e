import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { ChangeKind } from '../feed/change.js';
import { Session } from '../sessions/session.entity.js';

export const WEBHOOK_STATES = ['active', 'paused', 'disabled'] as const;

/**
 * - `active`
 * - `paused`: on request, or after too many failures; see reason
 * - `disabled`: the receiver has answered 410
 */
export type WebhookState = (typeof WEBHOOK_STATES)[number];

/** A reader of the feed that sends what it reads to a URL. Where it stands in each feed, WebhookCursor says. */
@Entity('webhook')
@Check('webhook_state', `state IN ('${WEBHOOK_STATES.join("', '")}')`)
export class Webhook {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'webhook_pkey' })
  id: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  /** Null: all sessions. */
  @Column({ type: 'text', collation: 'C', name: 'session', nullable: true })
  sessionName: string | null;

  @ManyToOne(() => Session, { nullable: true, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'session', foreignKeyConstraintName: 'webhook_session' })
  session: Session | null;

  @Column('text')
  url: string;

  /** Null: all. */
  @Column('text', { array: true, nullable: true })
  kinds: ChangeKind[] | null;

  /** Changes in one delivery at most. */
  @Column('int', { name: 'max_items' })
  maxItems: number;

  /** `whsec_` and 32 bytes in base64, encrypted. It signs deliveries. */
  @Column('text')
  secret: string;

  /** The one before, which signs as well until then. */
  @Column('text', { name: 'former_secret', nullable: true })
  formerSecret: string | null;

  @Column('timestamptz', { name: 'former_secret_until', nullable: true })
  formerSecretUntil: Date | null;

  @Column('text', { default: 'active' })
  state: WebhookState;

  /** Why it is not active, one sentence for people; null when it is. */
  @Column('text', { nullable: true })
  reason: string | null;

  /** How often the delivery that is under way has failed. */
  @Column('int', { default: 0 })
  failures: number;

  /** When it is tried again; null: at once. */
  @Column('timestamptz', { name: 'retry_at', nullable: true })
  retryAt: Date | null;

  /** Of the process that delivers at the moment, and until when nobody else does; null: none. */
  @Column('uuid', { name: 'lease_id', nullable: true })
  leaseId: string | null;

  @Column('timestamptz', { name: 'lease_until', nullable: true })
  leaseUntil: Date | null;
}
