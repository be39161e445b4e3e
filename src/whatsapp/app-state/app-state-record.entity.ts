import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Account } from '../../accounts/account.entity.js';

const primaryKeyConstraintName = 'app_state_record_pkey';

/**
 * A record of an app-state collection. There is one row per index MAC, so that a patch changes only the records that it
 * names. A snapshot is written as a separate generation, which replaces the earlier ones when it is complete.
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

  /** HMAC-SHA256 of the index, 32 bytes. It identifies the record on the server. */
  @PrimaryColumn('bytea', { name: 'index_mac', primaryKeyConstraintName })
  indexMac: Buffer;

  /** MAC of the encrypted value, 32 bytes. The LT hash is computed from these. */
  @Column('bytea', { name: 'value_mac' })
  valueMac: Buffer;

  /** JID or LID of the contact that the record describes; null if it describes none. */
  @Column('text', { nullable: true })
  address: string | null;

  /** Generation of the collection that last contained the record. */
  @PrimaryColumn('bigint', { primaryKeyConstraintName })
  generation: string;
}
