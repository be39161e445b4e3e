import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** The default in the migration, as TypeORM reads it from the database: without casts. */
const RANDOM_PREFIX = `(('c'|| "left"(replace((gen_random_uuid()), '-', ''), 12)) || '-')`;

/** A WhatsApp account that is or was linked. Owns the contacts; its session may be deleted. */
@Entity('account')
@Unique('account_jid', ['jid'])
export class Account {
  @PrimaryGeneratedColumn('identity', { type: 'int', primaryKeyConstraintName: 'account_pkey' })
  id: number;

  /** `<digits>@s.whatsapp.net`, without a device. */
  @Column('text')
  jid: string;

  /** `<digits>@lid`; null until WhatsApp sends it. */
  @Column('text', { nullable: true })
  lid: string | null;

  /** Null until WhatsApp sends it. */
  @Column('text', { name: 'push_name', nullable: true })
  pushName: string | null;

  /** Time of the last link. Push names received before are older than the history that follows. */
  @Column('timestamptz', { name: 'linked_at' })
  linkedAt: Date;

  /** Precedes the number of the row in the ID of a contact, for example `c5f0c9b1d2e3a-`. Random; never changes. */
  @Column('text', { name: 'contact_id_prefix', default: () => RANDOM_PREFIX })
  contactIdPrefix: string;

  /** Incremented by each transaction that changes the account's contacts. */
  @Column('bigint', { default: 0 })
  revision: string;

  /**
   * The feed begins after this number: the time of the first link in microseconds since 1970. The numbers of two
   * accounts that were linked through the same session therefore differ.
   */
  @Column('bigint', { name: 'feed_start', default: 0 })
  feedStart: string;

  /** Number of the last change in the feed. */
  @Column('bigint', { name: 'feed_latest', default: 0 })
  feedLatest: string;

  /** Number of the last deleted change; null if none is deleted. */
  @Column('bigint', { name: 'feed_pruned_to', nullable: true })
  feedPrunedTo: string | null;

  /** End of the first sync after the last link; null while it runs. */
  @Column('timestamptz', { name: 'synced_at', nullable: true })
  syncedAt: Date | null;

  /** Whether the push names in the phone's history are stored, or the phone reported that there are none. */
  @Column('boolean', { name: 'push_names_read', default: false })
  pushNamesRead: boolean;

  /** Time of the last reconciliation with a snapshot of the server; null before the first one. */
  @Column('timestamptz', { name: 'reconciled_at', nullable: true })
  reconciledAt: Date | null;

  /** Whether a reconciliation is due, for example because a process was killed. */
  @Column('boolean', { name: 'reconciliation_due', default: false })
  reconciliationDue: boolean;

  /** Total of contacts that reconciliations corrected. */
  @Column('int', { default: 0 })
  repaired: number;

  /** Public identity key of the account, 32 bytes without the type byte; null until WhatsApp sends it. */
  @Column('bytea', { name: 'identity_key', nullable: true })
  identityKey: Buffer | null;
}
