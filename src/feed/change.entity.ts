import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Account } from '../accounts/account.entity.js';
import type { ChangeKind, SessionEvent } from './change.js';

/** One committed change of an account's address book, or an event of its session. Never changed once it is written. */
@Entity('change')
export class Change {
  @PrimaryColumn('int', { name: 'account_id', primaryKeyConstraintName: 'change_pkey' })
  accountId: number;

  @ManyToOne(() => Account, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'account_id', foreignKeyConstraintName: 'change_account' })
  account: Account;

  /** The number after the account's last one, in the order of commits. */
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'change_pkey' })
  seq: string;

  @Column('timestamptz')
  at: Date;

  @Column('text')
  kind: ChangeKind;

  /** Whom it is about; null when it is about nobody, as are all that follow. */
  @Column('bigint', { name: 'contact_id', nullable: true })
  contactId: string | null;

  /** After the change; of who is gone, before it. */
  @Column('text', { nullable: true })
  jid: string | null;

  @Column('text', { nullable: true })
  lid: string | null;

  /** What has changed, in the names of the API. */
  @Column('text', { array: true, nullable: true })
  fields: string[] | null;

  /** The contact that the person's other row has become part of. */
  @Column('bigint', { name: 'merged_into', nullable: true })
  mergedInto: string | null;

  /** The person after the change, a ContactRow; null for a tombstone. */
  @Column('json', { nullable: true })
  contact: object | null;

  /** Of events of a session. */
  @Column('json', { nullable: true })
  session: SessionEvent | null;
}
