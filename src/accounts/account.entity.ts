import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** A WhatsApp account that is or was linked. Every contact belongs to one; its session may be deleted. */
@Entity('account')
@Unique('account_jid', ['jid'])
export class Account {
  @PrimaryGeneratedColumn('identity', { type: 'int', primaryKeyConstraintName: 'account_pkey' })
  id: number;

  /** `<digits>@s.whatsapp.net`, without a device. */
  @Column('text')
  jid: string;

  /** `<digits>@lid`; null until WhatsApp has told it. */
  @Column('text', { nullable: true })
  lid: string | null;

  /** The account's push name; null until it is known. */
  @Column('text', { name: 'push_name', nullable: true })
  pushName: string | null;

  /** When this service was last linked to the account; push names heard before are older than its history. */
  @Column('timestamptz', { name: 'linked_at' })
  linkedAt: Date;

  /** Grows with every transaction that changes the account's contacts. */
  @Column('bigint', { default: 0 })
  revision: string;

  /**
   * Before the first number of the account's feed: the microsecond since 1970 at which it was first linked, so that its numbers
   * are never taken for those of another account that the same session was linked to.
   */
  @Column('bigint', { name: 'feed_start', default: 0 })
  feedStart: string;

  /** The last number of the feed. */
  @Column('bigint', { name: 'feed_latest', default: 0 })
  feedLatest: string;

  /** The last number that is not kept any more; null: all are. */
  @Column('bigint', { name: 'feed_pruned_to', nullable: true })
  feedPrunedTo: string | null;

  /** When the first sync after linking was complete; null while it runs. */
  @Column('timestamptz', { name: 'synced_at', nullable: true })
  syncedAt: Date | null;

  /** Whether the push names of the phone's history have been read since, or the phone has said that there are none. */
  @Column('boolean', { name: 'push_names_read', default: false })
  pushNamesRead: boolean;

  /** When the address book was last reconciled with a snapshot of the server's; null before the first time. */
  @Column('timestamptz', { name: 'reconciled_at', nullable: true })
  reconciledAt: Date | null;

  /** Whether a process that held the account's session was killed, and no reconciliation has followed. */
  @Column('boolean', { name: 'reconciliation_due', default: false })
  reconciliationDue: boolean;

  /** Contacts that reconciliations found different from what the same version of the server's says, ever. */
  @Column('int', { default: 0 })
  repaired: number;

  /** The account's own public identity key, 32 bytes without the type byte; null until it is known. */
  @Column('bytea', { name: 'identity_key', nullable: true })
  identityKey: Buffer | null;
}
