import { Column, Entity, PrimaryColumn } from 'typeorm';

/** ID of an encryption key that may have encrypted secrets in this database (Secrets.idOf). */
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
