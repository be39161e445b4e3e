import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Account } from '../../accounts/account.entity.js';

const primaryKeyConstraintName = 'app_state_record_pkey';

/**
 * One record of an app-state collection: one row per index MAC, so that a patch touches only what it names. A snapshot is written
 * as a generation of its own, and replaces the earlier ones when it is complete.
 */
@Entity('app_state_record')
@Index('app_state_record_address', ['accountId', 'collection', 'address'])
export class AppStateRecord {
  @PrimaryColumn('int', { name: 'account_id', primaryKeyConstraintName })
  accountId: number;

  @ManyToOne(() => Account, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'account_id', foreignKeyConstraintName: 'app_state_record_account' })
  account: Account;

  @PrimaryColumn('text', { primaryKeyConstraintName })
  collection: string;

  /** HMAC-SHA256 of the index, 32 bytes: the server's name for the record. */
  @PrimaryColumn('bytea', { name: 'index_mac', primaryKeyConstraintName })
  indexMac: Buffer;

  /** MAC of the encrypted value, 32 bytes; what the LT hash is made of. */
  @Column('bytea', { name: 'value_mac' })
  valueMac: Buffer;

  /** The person that the record speaks of, JID or LID; null when it speaks of none. */
  @Column('text', { nullable: true })
  address: string | null;

  /** Generation of the collection at which the record was last seen. */
  @PrimaryColumn('bigint', { primaryKeyConstraintName })
  generation: string;
}
