import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The id of an encryption key that secrets in this database may be encrypted with (Secrets.idOf). */
@Entity('encryption_key')
export class EncryptionKey {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'encryption_key_pkey' })
  id: string;

  @Column('timestamptz', { name: 'used_since', default: () => 'now()' })
  usedSince: Date;

  /** When all secrets were encrypted; plaintext is rejected from then on. Null until the first pass is complete. */
  @Column('timestamptz', { name: 'complete_since', nullable: true })
  completeSince: Date | null;
}
