import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { ContactField } from '../contacts/contact-fields.js';
import type { ChangeKind } from '../feed/change.js';
import { Session } from '../sessions/session.entity.js';

export const WEBHOOK_STATES = ['active', 'paused', 'disabled'] as const;

/**
 * - `active`
 * - `paused`: on request, or after too many failures; see reason
 * - `disabled`: the receiver responded with 410
 */
export type WebhookState = (typeof WEBHOOK_STATES)[number];

/** Sends changes of the feed to a URL. WebhookCursor stores its position in each feed. */
@Entity('webhook')
@Check('webhook_state', `state IN ('${WEBHOOK_STATES.join("', '")}')`)
export class Webhook {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'webhook_pkey' })
  id: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  /** Null for all sessions. */
  @Column({ type: 'text', collation: 'C', name: 'session', nullable: true })
  sessionName: string | null;

  @ManyToOne(() => Session, { nullable: true, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'session', foreignKeyConstraintName: 'webhook_session' })
  session: Session | null;

  /** Key that created the webhook, which may have been deleted since; null if it was API_KEY, or without keys. */
  @Column('text', { name: 'key_id', nullable: true })
  keyId: string | null;

  @Column('text')
  url: string;

  /** Headers of the receiver as a JSON object, encrypted; null if there are none. */
  @Column('text', { nullable: true })
  headers: string | null;

  /** Null for all. */
  @Column('text', { array: true, nullable: true })
  kinds: ChangeKind[] | null;

  /** Fields of contacts; null for all. */
  @Column('text', { array: true, nullable: true })
  fields: ContactField[] | null;

  /** Maximum changes per delivery. */
  @Column('int', { name: 'max_items' })
  maxItems: number;

  /** Signs deliveries: `whsec_` and 32 bytes in base64, encrypted. */
  @Column('text')
  secret: string;

  /** Previous secret, which also signs deliveries until formerSecretUntil. */
  @Column('text', { name: 'former_secret', nullable: true })
  formerSecret: string | null;

  @Column('timestamptz', { name: 'former_secret_until', nullable: true })
  formerSecretUntil: Date | null;

  @Column('text', { default: 'active' })
  state: WebhookState;

  /** Why the webhook is not active, or the error of the last attempt, in one sentence; null if there is none. */
  @Column('text', { nullable: true })
  reason: string | null;

  /** Failed attempts of the current delivery. */
  @Column('int', { default: 0 })
  failures: number;

  /** When the next attempt is due; null if it is due now. */
  @Column('timestamptz', { name: 'retry_at', nullable: true })
  retryAt: Date | null;

  /** Lease of the process that is delivering; null if none is. */
  @Column('uuid', { name: 'lease_id', nullable: true })
  leaseId: string | null;

  /** End of the lease, or when the last one was released. The webhook that has waited longest is next. */
  @Column('timestamptz', { name: 'lease_until', nullable: true })
  leaseUntil: Date | null;
}
