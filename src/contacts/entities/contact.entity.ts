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
 * The expressions of generated columns are only in the migrations. TypeORM would compare them with a copy that it
 * stores under the name of the database, and restored or renamed databases do not have that copy. It accepts a blank.
 */
const IN_THE_MIGRATION = ' ';

/**
 * A contact of an account: saved in its address book, or seen in messages and notifications.
 *
 * Each source has its own columns; null means that the source has sent nothing. Queries decide which name is shown.
 */
@Entity('contact')
@Index('contact_jid', ['accountId', 'jid'], { unique: true })
@Index('contact_lid', ['accountId', 'lid'], { unique: true })
@Index('contact_search', { synchronize: false })
@Index('contact_symbols', { synchronize: false })
@Index('contact_sort_name', { synchronize: false })
@Index('contact_address', { synchronize: false })
@Index('contact_username', { synchronize: false })
@Index('contact_about_expiry', { synchronize: false })
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

  /** `<digits>@s.whatsapp.net`; null while only the LID is known. Collation C sorts by bytes. */
  @Column({ type: 'text', nullable: true, collation: 'C' })
  jid: string | null;

  /** `<digits>@lid`; null while only the number is known. */
  @Column({ type: 'text', nullable: true, collation: 'C' })
  lid: string | null;

  /** When the LID–PN mapping was observed; null without a mapping, or if the mapping is from history. */
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

  /** The name that contacts choose themselves. */
  @Column('text', { name: 'push_name', nullable: true })
  pushName: string | null;

  /** When the push name was received. Older names do not replace newer ones. */
  @Column('timestamptz', { name: 'push_name_at', nullable: true })
  pushNameAt: Date | null;

  /** Without `@`; null if unknown. Unique on WhatsApp. */
  @Column('text', { nullable: true })
  username: string | null;

  /** When the username, or its removal, was observed. */
  @Column('timestamptz', { name: 'username_at', nullable: true })
  usernameAt: Date | null;

  /** Name from the verified certificate of a business. */
  @Column('text', { name: 'business_name', nullable: true })
  businessName: string | null;

  /** Whether the account is a business; null while unknown. */
  @Column('boolean', { name: 'is_business', nullable: true })
  isBusiness: boolean | null;

  /** `""`: the contact has no about text. Null unless the state is `known`. */
  @Column('text', { nullable: true })
  about: string | null;

  /** When the contact set the about text; null if WhatsApp does not send it. */
  @Column('timestamptz', { name: 'about_set_at', nullable: true })
  aboutSetAt: Date | null;

  /** `hidden`: not shown to this account. Null: unknown. */
  @Column('text', { name: 'about_state', nullable: true })
  aboutState: 'known' | 'hidden' | null;

  /** About text in its new form, with emoji and expiry. `""`: the contact has none. Null: unknown. */
  @Column('text', { name: 'text_status', nullable: true })
  textStatus: string | null;

  @Column('text', { name: 'text_status_emoji', nullable: true })
  textStatusEmoji: string | null;

  @Column('timestamptz', { name: 'text_status_set_at', nullable: true })
  textStatusSetAt: Date | null;

  /** When the text expires; null: never. */
  @Column('timestamptz', { name: 'text_status_expires_at', nullable: true })
  textStatusExpiresAt: Date | null;

  /** JID of the contact's new number, if the contact changed it. */
  @Column({ name: 'moved_to', type: 'text', nullable: true, collation: 'C' })
  movedTo: string | null;

  /** JID of the contact's previous number, if the contact changed it. */
  @Column({ name: 'moved_from', type: 'text', nullable: true, collation: 'C' })
  movedFrom: string | null;

  /** When about text, picture and keys were last fetched; null: never. */
  @Column('timestamptz', { name: 'profile_fetched_at', nullable: true })
  profileFetchedAt: Date | null;

  /** Start of a fetch that is running or has failed; null after a fetch succeeds. */
  @Column('timestamptz', { name: 'profile_attempted_at', nullable: true })
  profileAttemptedAt: Date | null;

  /** When WhatsApp omitted the contact from a response; null after a response that contains them. */
  @Column('timestamptz', { name: 'profile_missed_at', nullable: true })
  profileMissedAt: Date | null;

  /** When a caller or a notification requested a fetch; null if none is requested. */
  @Column('timestamptz', { name: 'profile_requested_at', nullable: true })
  profileRequestedAt: Date | null;

  /** All names and the number, normalized by search_key(): one per line, with a leading space. */
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

  /** First 200 characters of the displayed name, normalized by search_key(). Lists are sorted by it. */
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
