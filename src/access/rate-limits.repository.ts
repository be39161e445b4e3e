import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { RateLimiterPostgres } from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import { poolOf } from '../database/postgres-pool.js';

export interface Limit {
  /** Keeps the counts of several limits apart. */
  name: string;
  /** How often within the time. */
  points: number;
  seconds: number;
}

export interface Use {
  /** So far, in the window of time that is under way. */
  points: number;
  isOver: boolean;
  /** Until the window ends, and the next one begins. */
  endsInMs: number;
}

/** Limits that all replicas share. */
@Injectable()
export class RateLimitsRepository {
  private readonly limiters = new Map<string, RateLimiterPostgres>();

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Counts what a subject has done. */
  async use(limit: Limit, subject: string, points = 1): Promise<Use> {
    try {
      const { consumedPoints, msBeforeNext } = await this.limiter(limit).consume(subject, points);
      return { points: consumedPoints, isOver: false, endsInMs: msBeforeNext };
    } catch (refusal) {
      if (refusal instanceof Error) throw refusal;
      const { consumedPoints, msBeforeNext } = refusal as { consumedPoints: number; msBeforeNext: number };
      return { points: consumedPoints, isOver: true, endsInMs: msBeforeNext };
    }
  }

  private limiter({ name, points, seconds }: Limit): RateLimiterPostgres {
    const key = `${name} ${points}`;
    const known = this.limiters.get(key);
    if (known) return known;
    const pool = poolOf(this.dataSource);
    const limiter = new RateLimiterPostgres({
      // Queries without their names, by which pg would prepare them: see postgres-pool.ts.
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
