import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../database/transaction.js';
import type { LinkOffer } from './link-offer.js';
import type { SessionState, SessionStatus } from './session.entity.js';

/** How the session is; see the columns of SessionState. */
export interface SessionReport {
  status: SessionStatus;
  reason: string | null;
  advice: string | null;
  retryAt: Date | null;
  linkOffer: LinkOffer | null;
}

/** Why profiles are not fetched at the moment, and until when, if that is known; see the columns of SessionState. */
export interface ProfilesPause {
  reason: string | null;
  resumeAt: Date | null;
}

export interface SessionSnapshot extends SessionReport {
  since: Date;
  syncProblem: string | null;
  /** Whether a process of the session role is alive; if not, the rest is what the last one left behind. */
  isAttended: boolean;
  profilesPause: ProfilesPause;
}

type SessionRow = Omit<SessionSnapshot, 'profilesPause'> &
  Pick<SessionState, 'profilesPaused' | 'profilesResumeAt'>;

@Injectable()
export class SessionStateRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async get(): Promise<SessionSnapshot> {
    const [{ profilesPaused, profilesResumeAt, ...state }] = await this.dataSource.query<[SessionRow]>(
      `SELECT status, reason, advice, since, retry_at AS "retryAt",
         sync_problem AS "syncProblem", link_offer AS "linkOffer", profiles_paused AS "profilesPaused",
         profiles_resume_at AS "profilesResumeAt",
         EXISTS (SELECT FROM session_lease WHERE owner IS NOT NULL AND expires_at > now()) AS "isAttended"
       FROM session_state`,
    );
    return { ...state, profilesPause: { reason: profilesPaused, resumeAt: profilesResumeAt } };
  }

  async report(tx: Transaction, report: SessionReport): Promise<void> {
    const { status, reason, advice, retryAt, linkOffer } = report;
    await tx.query(
      `UPDATE session_state SET status = $1, reason = $2, advice = $3, retry_at = $4, link_offer = $5,
         since = CASE WHEN status = $1 THEN since ELSE now() END`,
      [status, reason, advice, retryAt, linkOffer],
    );
  }

  async reportSyncProblem(tx: Transaction, problem: string | null): Promise<void> {
    await tx.query('UPDATE session_state SET sync_problem = $1 WHERE sync_problem IS DISTINCT FROM $1', [
      problem,
    ]);
  }

  async reportProfilesPause(tx: Transaction, { reason, resumeAt }: ProfilesPause): Promise<void> {
    await tx.query('UPDATE session_state SET profiles_paused = $1, profiles_resume_at = $2', [
      reason,
      resumeAt,
    ]);
  }
}
