import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A ticket that replaces a key in the URL of one stream. Only a hash of it is stored. */
@Entity('stream_ticket')
export class StreamTicket {
  /** SHA-256, 32 bytes. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'stream_ticket_pkey' })
  hash: Buffer;

  /** ID of the key that created it; null for API_KEY. */
  @Column('text', { name: 'key_id', nullable: true })
  keyId: string | null;

  /** Name of the session whose changes it streams. */
  @Column('text')
  session: string;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;
}
