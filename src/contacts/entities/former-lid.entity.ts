import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Account } from '../../accounts/account.entity.js';

/** A LID that a person had before. */
@Entity('former_lid')
export class FormerLid {
  @PrimaryColumn('int', { name: 'account_id', primaryKeyConstraintName: 'former_lid_pkey' })
  accountId: number;

  @ManyToOne(() => Account, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'account_id', foreignKeyConstraintName: 'former_lid_account' })
  account: Account;

  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'former_lid_pkey' })
  lid: string;

  /** The one that they have now. */
  @Column({ name: 'current_lid', type: 'text', collation: 'C' })
  currentLid: string;

  /** When WhatsApp told of it. */
  @Column('timestamptz', { name: 'changed_at' })
  changedAt: Date;
}
