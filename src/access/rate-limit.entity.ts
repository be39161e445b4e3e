import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Counts of requests that all replicas share, in the form that rate-limiter-flexible wants. */
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
