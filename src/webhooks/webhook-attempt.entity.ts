import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { Webhook } from './webhook.entity.js';

const primaryKeyConstraintName = 'webhook_attempt_pkey';

/** A request to a receiver, without its content. Only the latest are stored. */
@Entity('webhook_attempt')
export class WebhookAttempt {
  @PrimaryColumn({ type: 'text', collation: 'C', name: 'webhook', primaryKeyConstraintName })
  webhookId: string;

  @ManyToOne(() => Webhook, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'webhook', foreignKeyConstraintName: 'webhook_attempt_webhook' })
  webhook: Webhook;

  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    primaryKeyConstraintName,
    generatedIdentity: 'BY DEFAULT',
  })
  id: string;

  @Column('timestamptz')
  at: Date;

  @Column('text', { name: 'delivery_id' })
  deliveryId: string;

  /** Session of the changes; null for a test without a session. */
  @Column('text', { nullable: true })
  session: string | null;

  /** Number of changes. */
  @Column('int')
  items: number;

  @Column('bigint', { name: 'first_seq', nullable: true })
  firstSeq: string | null;

  @Column('bigint', { name: 'last_seq', nullable: true })
  lastSeq: string | null;

  /** HTTP status of the response; null if there was none. */
  @Column('int', { nullable: true })
  status: number | null;

  @Column('int', { name: 'duration_ms' })
  durationMs: number;

  /** Reason of the failure in one sentence; null if the attempt succeeded. */
  @Column('text', { nullable: true })
  error: string | null;
}
