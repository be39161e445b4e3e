import {
  Check,
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
} from 'typeorm';
import { Account } from '../../accounts/account.entity.js';

/**
 * The expression of a generated column stands in the migration alone: TypeORM would compare it with a copy of its own
 * under the database's name, which a restored or copied database does not have. Blank and absent are equal to it.
 */
const IN_THE_MIGRATION = ' ';

/**
 * One person of an account's address book, or heard of through it.
 *
 * Each fact stands in a column of its own, by its source; null means that the source said nothing. Which name
 * is shown is decided when reading.
 */
@Entity('contact')
@Index('contact_jid', ['accountId', 'jid'], { unique: true })
@Index('contact_lid', ['accountId', 'lid'], { unique: true })
@Index('contact_search', { synchronize: false })
@Index('contact_symbols', { synchronize: false })
@Index('contact_sort_name', { synchronize: false })
@Index('contact_address', { synchronize: false })
@Index('contact_username', { synchronize: false })
@Index('contact_profile_due', { synchronize: false })
@Index('contact_profile_requested', { synchronize: false })
@Index('contact_profile_missed', { synchronize: false })
@Check(
  'contact_about_state',
  `(about_state IS NULL OR about_state IN ('known', 'hidden'))
   AND (about IS NOT NULL) = (about_state IS NOT DISTINCT FROM 'known')`,
)
@Check('contact_has_an_address', 'jid IS NOT NULL OR lid IS NOT NULL')
export class Contact {
  @PrimaryColumn('int', { name: 'account_id', primaryKeyConstraintName: 'contact_pkey' })
  accountId: number;

  @PrimaryGeneratedColumn('identity', { type: 'bigint', primaryKeyConstraintName: 'contact_pkey' })
  id: string;

  @ManyToOne(() => Account, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'account_id', foreignKeyConstraintName: 'contact_account' })
  account: Account;

  /** `<digits>@s.whatsapp.net`; null while only the LID is known. Sorted byte by byte. */
  @Column({ type: 'text', nullable: true, collation: 'C' })
  jid: string | null;

  /** `<digits>@lid`; null while only the number is known. */
  @Column({ type: 'text', nullable: true, collation: 'C' })
  lid: string | null;

  /** When the LID–PN mapping was observed; null while one of the two is unknown, or the mapping is out of the past. */
  @Column('timestamptz', { name: 'mapped_at', nullable: true })
  mappedAt: Date | null;

  /** Saved on the phone under the number (app state index `contact`). */
  @Column('boolean', { default: false })
  saved: boolean;

  @Column('text', { name: 'full_name', nullable: true })
  fullName: string | null;

  @Column('text', { name: 'first_name', nullable: true })
  firstName: string | null;

  /** Saved on the phone under the LID (app state index `lid_contact`). */
  @Column('boolean', { name: 'lid_saved', default: false })
  lidSaved: boolean;

  @Column('text', { name: 'lid_full_name', nullable: true })
  lidFullName: string | null;

  @Column('text', { name: 'lid_first_name', nullable: true })
  lidFirstName: string | null;

  /** The name that the person chose himself. */
  @Column('text', { name: 'push_name', nullable: true })
  pushName: string | null;

  /** When the push name was heard; a name heard earlier does not replace one heard later. */
  @Column('timestamptz', { name: 'push_name_at', nullable: true })
  pushNameAt: Date | null;

  /** The name by which people find the person without a number; null while none is known. Unique on WhatsApp. */
  @Column('text', { nullable: true })
  username: string | null;

  /** When the user name, or that there is none, was observed. */
  @Column('timestamptz', { name: 'username_at', nullable: true })
  usernameAt: Date | null;

  /** Name of a business that WhatsApp has verified. */
  @Column('text', { name: 'business_name', nullable: true })
  businessName: string | null;

  /** Whether the account is a business; null while unknown. */
  @Column('boolean', { name: 'is_business', nullable: true })
  isBusiness: boolean | null;

  /** `""`: the person has none. Null unless the state is `known`. */
  @Column('text', { nullable: true })
  about: string | null;

  /** When the person set the about text; null when WhatsApp did not say. */
  @Column('timestamptz', { name: 'about_set_at', nullable: true })
  aboutSetAt: Date | null;

  /** Null while nothing is known of the about text; `hidden`: not shown to this account. */
  @Column('text', { name: 'about_state', nullable: true })
  aboutState: 'known' | 'hidden' | null;

  /** The about text in its new form, with emoji and expiry; null while nothing is known of it, `""`: there is none. */
  @Column('text', { name: 'text_status', nullable: true })
  textStatus: string | null;

  @Column('text', { name: 'text_status_emoji', nullable: true })
  textStatusEmoji: string | null;

  @Column('timestamptz', { name: 'text_status_set_at', nullable: true })
  textStatusSetAt: Date | null;

  /** When it stops being shown; null: never. */
  @Column('timestamptz', { name: 'text_status_expires_at', nullable: true })
  textStatusExpiresAt: Date | null;

  /** JID of the number that the person of this number has moved to. */
  @Column({ name: 'moved_to', type: 'text', nullable: true, collation: 'C' })
  movedTo: string | null;

  /** JID of the number that the person of this number had before. */
  @Column({ name: 'moved_from', type: 'text', nullable: true, collation: 'C' })
  movedFrom: string | null;

  /** When about text, picture and keys were last fetched; null: never. */
  @Column('timestamptz', { name: 'profile_fetched_at', nullable: true })
  profileFetchedAt: Date | null;

  /** When a fetch began that is not finished, or failed; null after a finished one. */
  @Column('timestamptz', { name: 'profile_attempted_at', nullable: true })
  profileAttemptedAt: Date | null;

  /** When WhatsApp left the contact out of an answer; null after an answer that contains them. */
  @Column('timestamptz', { name: 'profile_missed_at', nullable: true })
  profileMissedAt: Date | null;

  /** Since when a caller or a notification waits for a fetch; null when nobody does. */
  @Column('timestamptz', { name: 'profile_requested_at', nullable: true })
  profileRequestedAt: Date | null;

  /** All names and the number, as search_key() writes them, a line each, each line after a blank. */
  @Column({
    name: 'search_text',
    type: 'text',
    nullable: true,
    generatedType: 'STORED',
    asExpression: IN_THE_MIGRATION,
    insert: false,
    update: false,
  })
  searchText: string;

  /** The shown name as search_key() writes it, its first 200 characters: what lists are sorted by. */
  @Column({
    name: 'sort_name',
    type: 'text',
    collation: 'C',
    nullable: true,
    generatedType: 'STORED',
    asExpression: IN_THE_MIGRATION,
    insert: false,
    update: false,
  })
  sortName: string | null;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;
}
