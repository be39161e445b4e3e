import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Contact } from './contact.entity.js';

export const PICTURE_STATES = ['present', 'none', 'hidden', 'changed'] as const;

/**
 * - `present`: the last one fetched is the person's picture
 * - `none`: the person has none
 * - `hidden`: not shown to this account
 * - `changed`: there is another one, not yet fetched; the bytes are those of the one before
 */
export type PictureState = (typeof PICTURE_STATES)[number];

/** A person's profile picture. No row: nothing is known. */
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

  /** WhatsApp's id of the picture that was fetched last. */
  @Column('text', { name: 'picture_id', nullable: true })
  pictureId: string | null;

  /** Null when there is none, it was too large, or it gave way to others (PICTURES_MAX_MB). */
  @Column('bytea', { nullable: true })
  bytes: Buffer | null;

  /** Of the bytes, as read from them. */
  @Column('text', { name: 'content_type', nullable: true })
  contentType: string | null;

  /** Null together with the bytes. */
  @Column('int', { name: 'size_bytes', nullable: true })
  sizeBytes: number | null;

  /** When WhatsApp was last asked for a picture that has changed; null: not since it has. */
  @Column('timestamptz', { name: 'asked_at', nullable: true })
  askedAt: Date | null;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;

  /** When the bytes were last stored or asked for, to the hour. */
  @Column('timestamptz', { name: 'last_used_at', default: () => 'now()' })
  lastUsedAt: Date;
}
