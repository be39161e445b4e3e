import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Account } from '../../accounts/account.entity.js';

const primaryKeyConstraintName = 'number_check_pkey';

/** WhatsApp's answer to whether a number is registered. It is independent of contacts, and deleted after 30 days. */
@Entity('number_check')
@Index('number_check_age', ['accountId', 'checkedAt'])
export class NumberCheck {
  @PrimaryColumn('int', { name: 'account_id', primaryKeyConstraintName })
  accountId: number;

  @ManyToOne(() => Account, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'account_id', foreignKeyConstraintName: 'number_check_account' })
  account: Account;

  /** Digits, as the caller wrote them. */
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName })
  phone: string;

  /** Null if WhatsApp returned no answer for this number. */
  @Column('boolean', { name: 'on_whatsapp', nullable: true })
  onWhatsapp: boolean | null;

  /** The address that WhatsApp uses for the number; null if the number is not registered. */
  @Column('text', { nullable: true })
  jid: string | null;

  /** Null if WhatsApp did not return it. Never used as an LID–PN mapping. */
  @Column('text', { nullable: true })
  lid: string | null;

  @Column('timestamptz', { name: 'checked_at' })
  checkedAt: Date;
}
