import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { Webhook } from './webhook.entity.js';

const primaryKeyConstraintName = 'webhook_attempt_pkey';

/** One request to a receiver, without its content. The latest are kept. */
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

  /** Whose changes they were; null of a test. */
  @Column('text', { nullable: true })
  session: string | null;

  /** Changes in it. */
  @Column('int')
  items: number;

  @Column('bigint', { name: 'first_seq', nullable: true })
  firstSeq: string | null;

  @Column('bigint', { name: 'last_seq', nullable: true })
  lastSeq: string | null;

  /** The HTTP status of the answer; null: there was none. */
  @Column('int', { nullable: true })
  status: number | null;

  @Column('int', { name: 'duration_ms' })
  durationMs: number;

  /** What went wrong, one sentence; null: nothing. */
  @Column('text', { nullable: true })
  error: string | null;
}
