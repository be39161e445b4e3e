import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Account } from '../accounts/account.entity.js';
import type { ChangeKind, SessionEvent, WebhookEvent } from './change.js';

/** A committed change of an account's address book, or an event of a session or webhook. Rows are never updated. */
@Entity('change')
export class Change {
  @PrimaryColumn('int', { name: 'account_id', primaryKeyConstraintName: 'change_pkey' })
  accountId: number;

  @ManyToOne(() => Account, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'account_id', foreignKeyConstraintName: 'change_account' })
  account: Account;

  /** Consecutive for each account, in the order of commits. */
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'change_pkey' })
  seq: string;

  @Column('timestamptz')
  at: Date;

  @Column('text')
  kind: ChangeKind;

  /** Null, like all columns below except `session` and `webhook`, if the change does not concern a contact. */
  @Column('bigint', { name: 'contact_id', nullable: true })
  contactId: string | null;

  /** After the change; before it if the contact is deleted or merged. */
  @Column('text', { nullable: true })
  jid: string | null;

  @Column('text', { nullable: true })
  lid: string | null;

  /** API names of the changed fields. */
  @Column('text', { array: true, nullable: true })
  fields: string[] | null;

  /** ID of the contact that this one became part of. */
  @Column('bigint', { name: 'merged_into', nullable: true })
  mergedInto: string | null;

  /** A ContactRow after the change; null if the contact is deleted or merged. */
  @Column('json', { nullable: true })
  contact: object | null;

  /** Null unless the change is an event of a session. */
  @Column('json', { nullable: true })
  session: SessionEvent | null;

  /** Null unless the change is an event of a webhook. */
  @Column('json', { nullable: true })
  webhook: WebhookEvent | null;
}
