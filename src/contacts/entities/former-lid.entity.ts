import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Account } from '../../accounts/account.entity.js';

/** A previous LID of a contact. */
@Entity('former_lid')
export class FormerLid {
  @PrimaryColumn('int', { name: 'account_id', primaryKeyConstraintName: 'former_lid_pkey' })
  accountId: number;

  @ManyToOne(() => Account, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'account_id', foreignKeyConstraintName: 'former_lid_account' })
  account: Account;

  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'former_lid_pkey' })
  lid: string;

  /** The contact's current LID. */
  @Column({ name: 'current_lid', type: 'text', collation: 'C' })
  currentLid: string;

  /** When the change was observed. */
  @Column('timestamptz', { name: 'changed_at' })
  changedAt: Date;
}
