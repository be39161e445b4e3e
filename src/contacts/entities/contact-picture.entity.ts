import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Contact } from './contact.entity.js';

export const PICTURE_STATES = ['present', 'none', 'hidden', 'changed'] as const;

/**
 * - `present`: the stored picture is current
 * - `none`: the contact has no picture
 * - `hidden`: the contact does not show the picture to this account
 * - `changed`: the new picture is not fetched yet; the stored bytes are those of the previous one
 */
export type PictureState = (typeof PICTURE_STATES)[number];

/** Profile picture of a contact. A missing row means that WhatsApp was not queried yet. */
@Entity('contact_picture')
@Index('contact_picture_use', { synchronize: false })
@Index('contact_picture_wanted', { synchronize: false })
@Check('contact_picture_state', `state IN ('${PICTURE_STATES.join("', '")}')`)
export class ContactPicture {
  @PrimaryColumn('int', { name: 'account_id', primaryKeyConstraintName: 'contact_picture_pkey' })
  accountId: number;

  @PrimaryColumn('bigint', { name: 'contact_id', primaryKeyConstraintName: 'contact_picture_pkey' })
  contactId: string;

  @ManyToOne(() => Contact, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn([
    {
      name: 'account_id',
      referencedColumnName: 'accountId',
      foreignKeyConstraintName: 'contact_picture_contact',
    },
    { name: 'contact_id', referencedColumnName: 'id', foreignKeyConstraintName: 'contact_picture_contact' },
  ])
  contact: Contact;

  @Column('text')
  state: PictureState;

  /** WhatsApp's ID of the picture that was fetched last. */
  @Column('text', { name: 'picture_id', nullable: true })
  pictureId: string | null;

  /** Null if there is no picture, it is too large (PICTURE_MAX_KB), or it was evicted (PICTURES_MAX_MB). */
  @Column('bytea', { nullable: true })
  bytes: Buffer | null;

  /** Detected from the bytes. */
  @Column('text', { name: 'content_type', nullable: true })
  contentType: string | null;

  /** Null if `bytes` is null. */
  @Column('int', { name: 'size_bytes', nullable: true })
  sizeBytes: number | null;

  /** Time of the last query for a changed picture; null if there was no query since the change. */
  @Column('timestamptz', { name: 'asked_at', nullable: true })
  askedAt: Date | null;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;

  /** When the bytes were last stored or read, to the hour. */
  @Column('timestamptz', { name: 'last_used_at', default: () => 'now()' })
  lastUsedAt: Date;
}
