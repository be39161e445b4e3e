import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Account } from '../../accounts/account.entity.js';

/** A contact that became part of another one. Its ID continues to identify that contact. */
@Entity('merged_contact')
export class MergedContact {
  @PrimaryColumn('int', { name: 'account_id', primaryKeyConstraintName: 'merged_contact_pkey' })
  accountId: number;

  @ManyToOne(() => Account, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'account_id', foreignKeyConstraintName: 'merged_contact_account' })
  account: Account;

  /** Number of the contact's former row. */
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'merged_contact_pkey' })
  id: string;

  /** Number of the row that it became part of, which may have been merged since. */
  @Column('bigint', { name: 'merged_into' })
  mergedInto: string;
}
