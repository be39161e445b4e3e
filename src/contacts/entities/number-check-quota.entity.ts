import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn } from 'typeorm';
import { Account } from '../../accounts/account.entity.js';

/** Why no numbers are checked for a while: WhatsApp limited the rate, refused a request, or did not respond. */
export type CheckStopReason = 'rate_limited' | 'refused' | 'unanswered';

/** How many numbers of an account were checked today. Belongs to the account, so that relinking does not reset it. */
@Entity('number_check_quota')
export class NumberCheckQuota {
  @PrimaryColumn('int', { name: 'account_id', primaryKeyConstraintName: 'number_check_quota_pkey' })
  accountId: number;

  @OneToOne(() => Account, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'account_id', foreignKeyConstraintName: 'number_check_quota_account' })
  account: Account;

  /** Day in UTC that `used` counts. */
  @Column('date')
  day: string;

  /** Numbers that were sent to WhatsApp on this day. */
  @Column('int')
  used: number;

  /** Null if WhatsApp has never caused a stop. */
  @Column('timestamptz', { name: 'stopped_until', nullable: true })
  stoppedUntil: Date | null;

  @Column('text', { name: 'stop_reason', nullable: true })
  stopReason: CheckStopReason | null;
}
