import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../database/transaction.js';
import { FeedRepository } from '../feed/feed.repository.js';
import type { SessionName } from '../kernel/identifiers/session-name.js';
import { FailureLog } from '../kernel/logging/failure-log.js';
import { Log } from '../kernel/logging/log.js';
import { type RowIdentity, Secrets } from '../secrets/secrets.js';
import type { ClientVersion } from './client-version.js';
import type { LinkOffer } from './link-offer.js';
import type { ReasonCode } from './reason-code.js';
import type { Session, SessionStatus } from './session.entity.js';
import { SessionNotFound } from './sessions.errors.js';

/** State of a session; see the columns of Session. */
export interface SessionReport {
  status: SessionStatus;
  reasonCode: ReasonCode | null;
  reason: string | null;
  advice: string | null;
  retryAt: Date | null;
  linkOffer: LinkOffer | null;
  /** WhatsApp Web version of the last connection; null before the first. In a report, null means unchanged. */
  clientVersion: ClientVersion | null;
}

/** Client versions; see the columns of Session and ClientVersionRecord. */
export interface ClientState {
  /** When WhatsApp will reject the version in use; null if it has not announced a date. */
  expiresAt: Date | null;
  /** The newest known version; null before the first session process has started. */
  newest: ClientVersion | null;
  /** When the newest known version was last confirmed as WhatsApp's current one. */
  currentAt: Date | null;
}

/** Why profiles are not fetched at the moment, and until when; see the columns of Session. */
export interface ProfilesPause {
  reason: string | null;
  /** Whether the configuration turns off all fetches, including requested ones. */
  isOff: boolean;
  resumeAt: Date | null;
  /** When the next batch may start; null if it may start immediately. */
  nextBatchAt: Date | null;
}

export interface SessionSnapshot extends SessionReport {
  name: SessionName;
  displayName: string | null;
  since: Date;
  /** When the session was last open; null while it is open, or if it is unknown. */
  offlineSince: Date | null;
  syncProblem: string | null;
  /** Whether a process holds the session's lease. If not, the last holder wrote the other fields. */
  isAttended: boolean;
  profilesPause: ProfilesPause;
  client: ClientState;
}

/** Encrypted if a key is set, otherwise plaintext. */
type StoredOffer = string | LinkOffer | null;

type SessionRow = Omit<SessionSnapshot, 'profilesPause' | 'client' | 'linkOffer'> & {
  linkOffer: StoredOffer;
} & ClientState &
  Pick<Session, 'profilesPaused' | 'profilesOff' | 'profilesResumeAt' | 'profilesBatchAt'>;

/** SQL condition: a process that is alive holds the lease of session `s`. */
export const IS_ATTENDED =
  'EXISTS (SELECT FROM session_process p WHERE p.id = s.process_id AND p.expires_at > now())';

/** Statuses that are appended to the feed. */
const EVENTS: Partial<
  Record<SessionStatus, { kind: `session.${'open' | 'degraded' | 'logged_out'}`; code: string | null }>
> = {
  open: { kind: 'session.open', code: null },
  disconnected: { kind: 'session.degraded', code: 'disconnected' },
  logged_out: { kind: 'session.logged_out', code: null },
};

/** Stores the state that the session role reports for its sessions. */
@Injectable()
export class SessionStateRepository {
  private readonly failure = new FailureLog(new Log(SessionStateRepository.name), 'Decrypting link offers');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly feed: FeedRepository,
    private readonly secrets: Secrets,
  ) {}

  /** @throws SessionNotFound */
  async get(session: SessionName): Promise<SessionSnapshot> {
    const [row] = await this.dataSource.query<SessionRow[]>(
      `SELECT name, display_name AS "displayName", status, reason_code AS "reasonCode", reason, advice, since,
         offline_since AS "offlineSince", retry_at AS "retryAt",
         sync_problem AS "syncProblem", link_offer AS "linkOffer", profiles_paused AS "profilesPaused",
         profiles_off AS "profilesOff", profiles_resume_at AS "profilesResumeAt",
         profiles_batch_at AS "profilesBatchAt",
         client_version AS "clientVersion", client_expires_at AS "expiresAt",
         c.version AS newest, c.current_at AS "currentAt", ${IS_ATTENDED} AS "isAttended"
       FROM session s LEFT JOIN client_version c ON c.is_single WHERE name = $1`,
      [session],
    );
    if (!row) throw new SessionNotFound(session);
    const {
      profilesPaused: reason,
      profilesOff: isOff,
      profilesResumeAt: resumeAt,
      profilesBatchAt: nextBatchAt,
      expiresAt,
      newest,
      currentAt,
      ...state
    } = row;
    return {
      ...state,
      linkOffer: this.decryptOffer(session, state.linkOffer),
      profilesPause: { reason, isOff, resumeAt, nextBatchAt },
      client: { expiresAt, newest, currentAt },
    };
  }

  /**
   * Stores the state of a session. A new connection clears the sync problem, and a different client version clears the
   * announced expiration of the previous one.
   */
  async report(tx: Transaction, session: SessionName, report: SessionReport): Promise<void> {
    const { status, reasonCode, reason, advice, retryAt, linkOffer, clientVersion } = report;
    const [[changed]] = await tx.query<
      [{ account: number | null; isNew: boolean; isOtherClient: boolean }[], number]
    >(
      `UPDATE session s SET status = $2, reason_code = $7, reason = $3, advice = $4, retry_at = $5, link_offer = $6,
         sync_problem = CASE WHEN $2 = 'connecting' THEN NULL ELSE sync_problem END,
         since = CASE WHEN s.status = $2 THEN since ELSE now() END,
         offline_since = CASE WHEN $2 <> 'open' THEN coalesce(s.offline_since, now()) END,
         client_version = coalesce($8, s.client_version),
         client_expires_at = CASE WHEN s.client_version IS DISTINCT FROM coalesce($8, s.client_version) THEN NULL
           ELSE client_expires_at END
       FROM (SELECT name, status, client_version FROM session WHERE name = $1 FOR NO KEY UPDATE) before
       WHERE s.name = before.name RETURNING s.account_id AS account, before.status <> $2 AS "isNew",
         before.client_version IS DISTINCT FROM s.client_version AS "isOtherClient"`,
      [
        session,
        status,
        reason,
        advice,
        retryAt,
        this.encryptOffer(session, linkOffer),
        reasonCode,
        clientVersion,
      ],
    );
    if (changed?.isOtherClient)
      await tx.query("DELETE FROM degradation WHERE session = $1 AND code = 'client_expiring'", [session]);
    const event = EVENTS[status];
    if (!event || !changed?.isNew || changed.account === null) return;
    const { kind, code } = event;
    await this.feed.append(tx, changed.account, [{ kind, session: { name: session, code, reason } }]);
  }

  /** @param expiresAt when WhatsApp will reject the version in use; null clears the announcement */
  async reportClientExpiration(tx: Transaction, session: SessionName, expiresAt: Date | null): Promise<void> {
    await tx.query('UPDATE session SET client_expires_at = $2 WHERE name = $1', [session, expiresAt]);
  }

  /** Stores a sync problem. It is not appended to the feed during the first sync, when sync keys may be missing. */
  async reportSyncProblem(tx: Transaction, session: SessionName, problem: string | null): Promise<void> {
    const [[changed]] = await tx.query<[{ account: number; isNew: boolean }[], number]>(
      `UPDATE session s SET sync_problem = $2
       FROM (SELECT name, sync_problem FROM session WHERE name = $1 FOR NO KEY UPDATE) before
       WHERE s.name = before.name AND before.sync_problem IS DISTINCT FROM $2
       RETURNING s.account_id AS account, before.sync_problem IS NULL
         AND EXISTS (SELECT FROM account a WHERE a.id = s.account_id AND a.synced_at IS NOT NULL) AS "isNew"`,
      [session, problem],
    );
    if (!changed?.isNew) return;
    const event = { name: session, code: 'sync_problem', reason: problem };
    await this.feed.append(tx, changed.account, [{ kind: 'session.degraded', session: event }]);
  }

  async reportProfilesPause(
    tx: Transaction,
    session: SessionName,
    { reason, isOff, resumeAt }: Omit<ProfilesPause, 'nextBatchAt'>,
  ): Promise<void> {
    await tx.query(
      'UPDATE session SET profiles_paused = $2, profiles_off = $3, profiles_resume_at = $4 WHERE name = $1',
      [session, reason, isOff, resumeAt],
    );
  }

  async reportProfilesBatch(tx: Transaction, session: SessionName, nextBatchAt: Date): Promise<void> {
    await tx.query('UPDATE session SET profiles_batch_at = $2 WHERE name = $1', [session, nextBatchAt]);
  }

  /** @returns JSON for the column; a string if encrypted */
  private encryptOffer(session: SessionName, offer: LinkOffer | null): string | null {
    if (!offer) return null;
    const text = this.secrets.encrypt(JSON.stringify(offer), rowOf(session));
    return this.secrets.currentId ? JSON.stringify(text) : text;
  }

  /** @returns null if the offer cannot be decrypted; this is logged */
  private decryptOffer(session: SessionName, stored: StoredOffer): LinkOffer | null {
    if (stored === null) return null;
    const text = typeof stored === 'string' ? stored : JSON.stringify(stored);
    try {
      const offer = JSON.parse(this.secrets.decrypt(text, rowOf(session))) as LinkOffer;
      this.failure.recovered();
      return offer;
    } catch (error) {
      this.failure.failed(error);
      return null;
    }
  }
}

function rowOf(session: SessionName): RowIdentity {
  return ['session', session, 'link_offer'];
}
