import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Account } from '../accounts/account.entity.js';
import { Webhook } from './webhook.entity.js';

const primaryKeyConstraintName = 'webhook_cursor_pkey';

/** Position of a webhook in the feed of an account. Without a row, it starts at the oldest change that is stored. */
@Entity('webhook_cursor')
export class WebhookCursor {
  @PrimaryColumn({ type: 'text', collation: 'C', name: 'webhook', primaryKeyConstraintName })
  webhookId: string;

  @ManyToOne(() => Webhook, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'webhook', foreignKeyConstraintName: 'webhook_cursor_webhook' })
  webhook: Webhook;

  @PrimaryColumn('int', { name: 'account_id', primaryKeyConstraintName })
  accountId: number;

  @ManyToOne(() => Account, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'account_id', foreignKeyConstraintName: 'webhook_cursor_account' })
  account: Account;

  /** Number of the last change that was delivered or skipped. */
  @Column('bigint')
  position: string;

  /** ID of a delivery that was started. Retries have the same ID and content. */
  @Column('text', { name: 'delivery_id', nullable: true })
  deliveryId: string | null;

  /** Number of the last change in the delivery. */
  @Column('bigint', { name: 'delivery_to', nullable: true })
  deliveryTo: string | null;
}
