import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An encryption key that secrets in this database may be encrypted with; its id only (Secrets.idOf). */
@Entity('encryption_key')
export class EncryptionKey {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'encryption_key_pkey' })
  id: string;

  @Column('timestamptz', { name: 'used_since', default: () => 'now()' })
  usedSince: Date;

  /** Since when every secret is encrypted and plaintext is rejected; null until the first pass is complete. */
  @Column('timestamptz', { name: 'complete_since', nullable: true })
  completeSince: Date | null;
}
