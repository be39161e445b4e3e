import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Contact } from './contact.entity.js';

/** Last request to refresh a contact. All replicas count these rows to apply the limits. */
@Entity('refresh_request')
@Index('refresh_request_asked', ['accountId', 'askedAt'])
export class RefreshRequest {
  @PrimaryColumn('int', { name: 'account_id', primaryKeyConstraintName: 'refresh_request_pkey' })
  accountId: number;

  @PrimaryColumn('bigint', { name: 'contact_id', primaryKeyConstraintName: 'refresh_request_pkey' })
  contactId: string;

  @ManyToOne(() => Contact, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn([
    {
      name: 'account_id',
      referencedColumnName: 'accountId',
      foreignKeyConstraintName: 'refresh_request_contact',
    },
    { name: 'contact_id', referencedColumnName: 'id', foreignKeyConstraintName: 'refresh_request_contact' },
  ])
  contact: Contact;

  @Column('timestamptz', { name: 'asked_at' })
  askedAt: Date;
}
