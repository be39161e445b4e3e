import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { Account } from '../accounts/account.entity.js';

/**
 * One person of an account's address book, or heard of through it.
 *
 * Each fact stands in a column of its own, by its source; null means that the source said nothing. Which name
 * is shown is decided when reading.
 */
@Entity('contact')
@Index('contact_jid', ['account', 'jid'], { unique: true })
@Index('contact_lid', ['account', 'lid'], { unique: true })
@Check('contact_has_an_address', 'jid IS NOT NULL OR lid IS NOT NULL')
export class Contact {
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

  /** Name of a business that WhatsApp has verified. */
  @Column('text', { name: 'business_name', nullable: true })
  businessName: string | null;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;
}
