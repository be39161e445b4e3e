import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Account } from '../../accounts/account.entity.js';

/** How far one app-state collection of an account has been read. */
@Entity('app_state_collection')
export class AppStateCollection {
  @PrimaryColumn('int', { name: 'account_id', primaryKeyConstraintName: 'app_state_collection_pkey' })
  accountId: number;

  @ManyToOne(() => Account, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'account_id', foreignKeyConstraintName: 'app_state_collection_account' })
  account: Account;

  /** For example `critical_unblock_low`, the address book. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'app_state_collection_pkey' })
  name: string;

  /** The server's version that the records below add up to; 0 before the first sync. */
  @Column('bigint')
  version: string;

  /** LT hash (128 bytes) over the value MACs of the records. */
  @Column('bytea', { name: 'lt_hash' })
  ltHash: Buffer;

  /** Grows with each snapshot applied; marks the records that the snapshot held. */
  @Column('bigint', { default: 0 })
  generation: string;

  /** Whether the records are being read anew from version 0, and pages are missing; those of the generation before stay. */
  @Column('boolean', { name: 'is_rebuilding', default: false })
  isRebuilding: boolean;

  /** When a snapshot could not be had or verified; null once one was. */
  @Column('timestamptz', { name: 'snapshot_failed_at', nullable: true })
  snapshotFailedAt: Date | null;

  /** When the phone was last asked for all records, since no snapshot was of use. */
  @Column('timestamptz', { name: 'recovery_asked_at', nullable: true })
  recoveryAskedAt: Date | null;

  /** When the phone answered the last request; an answer counts only while this is null. */
  @Column('timestamptz', { name: 'recovery_answered_at', nullable: true })
  recoveryAnsweredAt: Date | null;

  /** Reads in reader processes that have begun in a row and did not end; counted before each read. */
  @Column('int', { name: 'unfinished_reads', default: 0 })
  unfinishedReads: number;

  /** When the last of them began. */
  @Column('timestamptz', { name: 'read_began_at', nullable: true })
  readBeganAt: Date | null;

  /** What the phone has answered, until it is read; see snapshot-recovery.ts. */
  @Column('bytea', { nullable: true })
  recovery: Buffer | null;
}
