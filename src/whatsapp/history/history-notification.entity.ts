import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { Account } from '../../accounts/account.entity.js';

/**
 * A history sync that the phone has announced and that has not been read yet. The announcement is delivered only once,
 * so it is stored until its names are in the address book.
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

  /** ID of the message that announced it, which a request to upload the file again contains; null if unknown. */
  @Column('text', { name: 'message_id', nullable: true })
  messageId: string | null;

  /** When another upload of the file was requested from the phone; null if never. */
  @Column('timestamptz', { name: 'upload_asked_at', nullable: true })
  uploadAskedAt: Date | null;

  @Column('timestamptz', { name: 'received_at', default: () => 'now()' })
  receivedAt: Date;

  @Column('int', { default: 0 })
  attempts: number;

  /** Consecutive attempts that began and did not finish; counted before each attempt. */
  @Column('int', { default: 0 })
  unfinished: number;

  @Column('timestamptz', { name: 'next_attempt_at', default: () => 'now()' })
  nextAttemptAt: Date;

  /** Error of the last attempt; null before the first. */
  @Column('text', { name: 'last_error', nullable: true })
  lastError: string | null;
}
