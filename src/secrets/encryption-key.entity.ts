import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An encryption key that secrets in this database may be sealed with; its id only (Secrets.idOf). */
@Entity('encryption_key')
export class EncryptionKey {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'encryption_key_pkey' })
  id: string;

  @Column('timestamptz', { name: 'used_since', default: () => 'now()' })
  usedSince: Date;
}
