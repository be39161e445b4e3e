import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Request counts shared by all replicas, in the format of rate-limiter-flexible. */
@Entity('rate_limit')
export class RateLimit {
  @PrimaryColumn('varchar', { length: 255, primaryKeyConstraintName: 'rate_limit_pkey' })
  key: string;

  @Column('int', { default: 0 })
  points: number;

  /** End of the window, milliseconds since 1970. */
  @Column('bigint', { nullable: true })
  expire: string | null;
}
