import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Account } from '../accounts/account.entity.js';
import { Webhook } from './webhook.entity.js';

const primaryKeyConstraintName = 'webhook_cursor_pkey';

/** Up to where a webhook has delivered the feed of an account. No row: from the oldest change that is kept. */
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

  /** The last number that was delivered, or is of no interest. */
  @Column('bigint')
  position: string;

  /** Of a delivery that has begun: it stays the same, id and content, however often it is repeated. */
  @Column('text', { name: 'delivery_id', nullable: true })
  deliveryId: string | null;

  /** The last number in it. */
  @Column('bigint', { name: 'delivery_to', nullable: true })
  deliveryTo: string | null;
}
