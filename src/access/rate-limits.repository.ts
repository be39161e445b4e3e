import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { RateLimiterPostgres } from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import { poolOf } from '../database/postgres-pool.js';

export interface Limit {
  /** Prefix of the counts of this limit. */
  name: string;
  /** Maximum points within the window. */
  points: number;
  /** Length of the window. */
  seconds: number;
}

export interface Use {
  /** Points used in the current window. */
  points: number;
  isOver: boolean;
  /** Remaining time of the window. */
  endsInMs: number;
}

/** Rate limits shared by all replicas. */
@Injectable()
export class RateLimitsRepository {
  private readonly limiters = new Map<string, RateLimiterPostgres>();

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Adds points to the count of a subject. */
  async use(limit: Limit, subject: string, points = 1): Promise<Use> {
    try {
      const { consumedPoints, msBeforeNext } = await (await this.limiter(limit)).consume(subject, points);
      return { points: consumedPoints, isOver: false, endsInMs: msBeforeNext };
    } catch (refusal) {
      if (refusal instanceof Error) throw refusal;
      const { consumedPoints, msBeforeNext } = refusal as { consumedPoints: number; msBeforeNext: number };
      return { points: consumedPoints, isOver: true, endsInMs: msBeforeNext };
    }
  }

  private async limiter({ name, points, seconds }: Limit): Promise<RateLimiterPostgres> {
    const { RateLimiterPostgres } = await import('rate-limiter-flexible');
    const key = `${name} ${points}`;
    const known = this.limiters.get(key);
    if (known) return known;
    const pool = poolOf(this.dataSource);
    const limiter = new RateLimiterPostgres({
      // Removes the names of queries, see postgres-pool.ts.
      storeClient: {
        query: ({ text, values }: { text: string; values: unknown[] }) => pool.query(text, values),
      },
      storeType: 'client',
      tableName: 'rate_limit',
      tableCreated: true,
      keyPrefix: name,
      points,
      duration: seconds,
    });
    this.limiters.set(key, limiter);
    return limiter;
  }
}
