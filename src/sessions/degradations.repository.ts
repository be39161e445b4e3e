import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../database/transaction.js';
import { FeedRepository } from '../feed/feed.repository.js';
import type { SessionName } from '../kernel/identifiers/session-name.js';
import type { DegradationCode } from './degradation.entity.js';

export interface ReportedDegradation {
  code: DegradationCode;
  message: string;
  since: Date;
}

/** Stores degradations of sessions. The session role reports them, and the API returns them. */
@Injectable()
export class DegradationsRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly feed: FeedRepository,
  ) {}

  /** Returns the current degradations, oldest first. */
  async find(session: SessionName): Promise<ReportedDegradation[]> {
    return this.dataSource.query(
      `SELECT code, message, since FROM degradation
       WHERE session = $1 AND (expires_at > now()) IS NOT FALSE ORDER BY since, code`,
      [session],
    );
  }

  /** Returns when a reported degradation ends; null if it is not reported, or does not end by itself. */
  async findEnd(session: SessionName, code: DegradationCode): Promise<Date | null> {
    const [row] = await this.dataSource.query<{ expiresAt: Date }[]>(
      `SELECT expires_at AS "expiresAt" FROM degradation WHERE session = $1 AND code = $2 AND expires_at > now()`,
      [session, code],
    );
    return row?.expiresAt ?? null;
  }

  /**
   * Starts, updates or ends a degradation, and appends a new one to the feed.
   * @param message null to end it
   * @param expiresAt null if it does not end by itself
   */
  async report(
    tx: Transaction,
    session: SessionName,
    code: DegradationCode,
    message: string | null,
    expiresAt: Date | null = null,
  ): Promise<void> {
    if (message === null) {
      await tx.query('DELETE FROM degradation WHERE session = $1 AND code = $2', [session, code]);
      return;
    }
    const [reported] = await tx.query<{ account: number | null; isNew: boolean }[]>(
      `INSERT INTO degradation AS d (session, code, message, expires_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (session, code) DO UPDATE SET message = EXCLUDED.message, expires_at = EXCLUDED.expires_at,
         since = CASE WHEN d.expires_at <= now() THEN now() ELSE d.since END
       RETURNING d.since = now() AS "isNew", (SELECT account_id FROM session WHERE name = $1) AS account`,
      [session, code, message, expiresAt],
    );
    if (!reported?.isNew || reported.account === null) return;
    const event = { name: session, code, reason: message };
    await this.feed.append(tx, reported.account, [{ kind: 'session.degraded', session: event }]);
  }

  /** Deletes all degradations of a session, because it was unlinked. */
  async clear(tx: Transaction, session: SessionName): Promise<void> {
    await tx.query('DELETE FROM degradation WHERE session = $1', [session]);
  }
}
