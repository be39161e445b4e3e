import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { ClientVersion } from './client-version.js';

export interface KnownVersion {
  version: ClientVersion;
  /** Whether a process is fetching the current one. */
  isFetching: boolean;
}

/** Minimum age of the last result before the next fetch. */
export interface FetchAge {
  afterSuccessMs: number;
  afterFailureMs: number;
}

/** Stores the newest known version of WhatsApp Web, and coordinates which process fetches the current one. */
@Injectable()
export class ClientVersionRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @returns null before the first session process has started */
  async find(): Promise<KnownVersion | null> {
    const [row] = await this.dataSource.query<KnownVersion[]>(
      'SELECT version, (fetching_until > now()) IS TRUE AS "isFetching" FROM client_version',
    );
    return row ?? null;
  }

  /** Stores a version unless the same or a newer one is stored. */
  async raise(version: ClientVersion, currentAt: Date): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO client_version AS c (version, current_at) VALUES ($1, $2)
       ON CONFLICT (is_single) DO UPDATE SET version = EXCLUDED.version, current_at = EXCLUDED.current_at
         WHERE c.version < EXCLUDED.version`,
      [version, currentAt],
    );
  }

  /**
   * Claims the fetch for the caller, if a fetch is due and no other process is fetching.
   *
   * @param giveUpMs time until another process may fetch instead; the caller has to call fetched() or failed() before
   * @returns whether the caller has to fetch
   */
  async claimFetch({ afterSuccessMs, afterFailureMs }: FetchAge, giveUpMs: number): Promise<boolean> {
    const [, claimed] = await this.dataSource.query<[unknown, number]>(
      `UPDATE client_version SET fetching_until = now() + $3::float8 * interval '1 ms'
       WHERE (fetching_until <= now()) IS NOT FALSE AND (fetched_at IS NULL OR
         fetched_at <= now() - CASE WHEN current_at >= fetched_at THEN $1::float8 ELSE $2 END * interval '1 ms')`,
      [afterSuccessMs, afterFailureMs, giveUpMs],
    );
    return claimed > 0;
  }

  /**
   * Ends a fetch. The stored version never decreases.
   * @param version WhatsApp's current version
   */
  async fetched(version: ClientVersion): Promise<void> {
    await this.dataSource.query(
      `UPDATE client_version
       SET version = greatest(version, $1), current_at = now(), fetched_at = now(), fetching_until = NULL`,
      [version],
    );
  }

  async failed(): Promise<void> {
    await this.dataSource.query('UPDATE client_version SET fetched_at = now(), fetching_until = NULL');
  }
}
