import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Account } from '../../accounts/account.entity.js';

/** The state of an app-state collection of an account. */
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

  /** The server's version of the stored records; 0 before the first sync. */
  @Column('bigint')
  version: string;

  /** LT hash (128 bytes) over the value MACs of the records. */
  @Column('bytea', { name: 'lt_hash' })
  ltHash: Buffer;

  /** Increases with each applied snapshot. The records of the snapshot have the same generation. */
  @Column('bigint', { default: 0 })
  generation: string;

  /**
   * Whether the records are being read again from version 0, and pages are missing. Previous records remain until then.
   */
  @Column('boolean', { name: 'is_rebuilding', default: false })
  isRebuilding: boolean;

  /** When a snapshot was last unavailable or failed verification; null after one succeeded. */
  @Column('timestamptz', { name: 'snapshot_failed_at', nullable: true })
  snapshotFailedAt: Date | null;

  /** When all records were last requested from the phone, because snapshots were unusable. */
  @Column('timestamptz', { name: 'recovery_asked_at', nullable: true })
  recoveryAskedAt: Date | null;

  /** When the phone responded to the last request; a response is accepted only while this is null. */
  @Column('timestamptz', { name: 'recovery_answered_at', nullable: true })
  recoveryAnsweredAt: Date | null;

  /** Consecutive reads in reader processes that began and did not finish; counted before each read. */
  @Column('int', { name: 'unfinished_reads', default: 0 })
  unfinishedReads: number;

  /** When the last read in a reader process began. */
  @Column('timestamptz', { name: 'read_began_at', nullable: true })
  readBeganAt: Date | null;

  /** The phone's response until it has been read; see snapshot-recovery.ts. */
  @Column('bytea', { nullable: true })
  recovery: Buffer | null;
}
