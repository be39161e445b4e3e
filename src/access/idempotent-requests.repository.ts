import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { IdempotentRequest } from './idempotent-request.entity.js';

export type NewRequest = Pick<IdempotentRequest, 'id' | 'caller' | 'requestHash'>;

/** An earlier request with the same caller, route and key. */
export interface EarlierRequest {
  requestHash: Buffer;
  /** Null if it has not succeeded yet. */
  response: string | null;
  ageSeconds: number;
}

/** Keys are valid for this time. */
const EXPIRES_AFTER = '24 hours';

/** Stores requests with an `Idempotency-Key`, for all replicas. */
@Injectable()
export class IdempotentRequestsRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Stores a request before it is processed, unless it was sent before, or the caller has too many. */
  async add(
    { id, caller, requestHash }: NewRequest,
    maxPerCaller: number,
  ): Promise<'added' | 'exists' | 'limited'> {
    const [{ result }] = await this.dataSource.query<[{ result: 'added' | 'exists' | 'limited' }]>(
      `WITH stored AS (
         SELECT count(*) AS requests, count(*) FILTER (WHERE id = $1) AS same
         FROM idempotent_request WHERE caller = $2 AND expires_at > now()
       ), added AS (
         INSERT INTO idempotent_request AS r (id, caller, request_hash, expires_at)
         SELECT $1, $2, $3, now() + interval '${EXPIRES_AFTER}' FROM stored WHERE requests < $4
         ON CONFLICT (id) DO UPDATE SET request_hash = EXCLUDED.request_hash, response = NULL, created_at = now(),
           expires_at = EXCLUDED.expires_at
         WHERE r.expires_at <= now()
         RETURNING id
       )
       SELECT CASE WHEN EXISTS (SELECT FROM added) THEN 'added' WHEN same > 0 OR requests < $4 THEN 'exists'
         ELSE 'limited' END AS result
       FROM stored`,
      [id, caller, requestHash, maxPerCaller],
    );
    return result;
  }

  async find(id: string): Promise<EarlierRequest | null> {
    const rows = await this.dataSource.query<EarlierRequest[]>(
      `SELECT request_hash AS "requestHash", response,
         extract(epoch FROM now() - created_at)::float AS "ageSeconds"
       FROM idempotent_request WHERE id = $1 AND expires_at > now()`,
      [id],
    );
    return rows[0] ?? null;
  }

  async finish(id: string, response: string): Promise<void> {
    await this.dataSource.query('UPDATE idempotent_request SET response = $2 WHERE id = $1', [id, response]);
  }

  /** Deletes a request that had no effect, so that it can be sent again with the same key. */
  async remove(id: string): Promise<void> {
    await this.dataSource.query('DELETE FROM idempotent_request WHERE id = $1 AND response IS NULL', [id]);
  }

  async deleteExpired(): Promise<void> {
    await this.dataSource.query('DELETE FROM idempotent_request WHERE expires_at <= now()');
  }
}
