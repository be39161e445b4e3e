import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { Account } from '../../accounts/account.entity.js';

/**
 * A history sync that the phone has announced and that is not yet read. WhatsApp announces it once and takes
 * the message as delivered, so the announcement is kept until its names are in the address book.
 */
@Entity('history_notification')
export class HistoryNotification {
  @PrimaryColumn('int', { name: 'account_id', primaryKeyConstraintName: 'history_notification_pkey' })
  accountId: number;

  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    primaryKeyConstraintName: 'history_notification_pkey',
  })
  id: string;

  @ManyToOne(() => Account, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'account_id', foreignKeyConstraintName: 'history_notification_account' })
  account: Account;

  /** `proto.Message.HistorySyncNotification`, encoded. */
  @Column('bytea')
  notification: Buffer;

  /** Of the message that announced it, by which the phone can be asked to upload the file again; null when not known. */
  @Column('text', { name: 'message_id', nullable: true })
  messageId: string | null;

  /** When the phone was asked to upload the file again; null: never. */
  @Column('timestamptz', { name: 'upload_asked_at', nullable: true })
  uploadAskedAt: Date | null;

  @Column('timestamptz', { name: 'received_at', default: () => 'now()' })
  receivedAt: Date;

  @Column('int', { default: 0 })
  attempts: number;

  /** Attempts in a row that have begun and did not end; counted before each attempt. */
  @Column('int', { default: 0 })
  unfinished: number;

  @Column('timestamptz', { name: 'next_attempt_at', default: () => 'now()' })
  nextAttemptAt: Date;

  /** Why the last attempt failed; null before the first. */
  @Column('text', { name: 'last_error', nullable: true })
  lastError: string | null;
}
