import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** Baileys' credentials of this linked device (or of the one about to be linked): one row. */
@Entity('auth_credentials')
@Check('auth_credentials_one_row', 'id = 1')
export class AuthCredentials {
  @PrimaryColumn('smallint', { default: 1, primaryKeyConstraintName: 'auth_credentials_pkey' })
  id: number;

  /** `AuthenticationCreds` as JSON, binary values as Baileys' BufferJSON writes them. */
  @Column('text')
  value: string;
}
