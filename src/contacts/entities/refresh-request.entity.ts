import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Contact } from './contact.entity.js';

/** When a caller last had a person fetched: what the limits of refreshing are counted by, for all replicas together. */
@Entity('refresh_request')
@Index('refresh_request_asked', ['askedAt'])
export class RefreshRequest {
  @PrimaryColumn('bigint', { name: 'contact_id', primaryKeyConstraintName: 'refresh_request_pkey' })
  contactId: string;

  @ManyToOne(() => Contact, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'contact_id', foreignKeyConstraintName: 'refresh_request_contact' })
  contact: Contact;

  @Column('timestamptz', { name: 'asked_at' })
  askedAt: Date;
}
