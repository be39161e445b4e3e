import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One Signal key, session or other record that Baileys asks us to keep (its `SignalDataTypeMap`). */
@Entity('auth_key')
export class AuthKey {
  /** For example `pre-key`, `session`, `app-state-sync-key`, `lid-mapping`. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'auth_key_pkey' })
  type: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'auth_key_pkey' })
  id: string;

  /** JSON, binary values as Baileys' BufferJSON writes them. */
  @Column('text')
  value: string;
}
