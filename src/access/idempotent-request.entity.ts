import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A request with an `Idempotency-Key`, and its response for repeated requests with the same key. */
@Entity('idempotent_request')
export class IdempotentRequest {
  /** SHA-256 of the caller, the route and the key, in base64url. */
  @PrimaryColumn({
    type: 'text',
    collation: 'C',
    name: 'id',
    primaryKeyConstraintName: 'idempotent_request_pkey',
  })
  id: string;

  @Index('idempotent_request_caller')
  @Column({ type: 'text', collation: 'C' })
  caller: string;

  /** SHA-256 of the body, 32 bytes. */
  @Column('bytea', { name: 'request_hash' })
  requestHash: Buffer;

  /** JSON of the body and the headers, encrypted if a key is set. Null until the request has succeeded. */
  @Column('text', { nullable: true })
  response: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;
}
