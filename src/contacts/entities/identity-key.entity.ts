import {
  Check,
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  Unique,
} from 'typeorm';
import { Contact } from './contact.entity.js';

/** A current or previous public identity key of a contact. Keys are never deleted, because changes affect security. */
@Entity('identity_key')
@Unique('identity_key_once', ['accountId', 'contactId', 'key'])
@Index('identity_key_current', ['accountId', 'contactId'], { unique: true, where: 'is_current' })
@Check('identity_key_size', 'octet_length(key) = 32')
export class IdentityKey {
  @PrimaryColumn('int', { name: 'account_id', primaryKeyConstraintName: 'identity_key_pkey' })
  accountId: number;

  @PrimaryGeneratedColumn('identity', { type: 'bigint', primaryKeyConstraintName: 'identity_key_pkey' })
  id: string;

  @ManyToOne(() => Contact, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn([
    {
      name: 'account_id',
      referencedColumnName: 'accountId',
      foreignKeyConstraintName: 'identity_key_contact',
    },
    { name: 'contact_id', referencedColumnName: 'id', foreignKeyConstraintName: 'identity_key_contact' },
  ])
  contact: Contact;

  @Column('bigint', { name: 'contact_id' })
  contactId: string;

  /** 32 bytes, Curve25519, without the leading type byte 5. */
  @Column('bytea')
  key: Buffer;

  @Column('timestamptz', { name: 'first_seen_at' })
  firstSeenAt: Date;

  @Column('timestamptz', { name: 'last_seen_at' })
  lastSeenAt: Date;

  /** The key that was seen last. A contact has at most one current key. */
  @Column('boolean', { name: 'is_current' })
  isCurrent: boolean;
}
