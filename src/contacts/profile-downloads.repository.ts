import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../database/transaction.js';
import { type Address, isLid, type Jid, type Lid } from './address.js';

/** A person whose turn it is. */
export interface DuePerson {
  id: string;
  /** The number, or the LID where no number is known. */
  address: Address;
  lid: Lid | null;
}

/** How far the people of an account have been fetched. */
export interface DownloadProgress {
  people: number;
  fetched: number;
  due: number;
}

type Row = { id: string; jid: Jid | null; lid: Lid | null };

/** As in the partial index contact_profile_due: people without any name are not asked about unless somebody wants it. */
const HAS_NAME =
  'num_nonnulls(push_name, full_name, first_name, lid_full_name, lid_first_name, business_name) > 0';

/** At most one refresh of a person in this time, unless a notification or a caller wants it. */
const REFRESH_EVERY = `interval '7 days'`;
/** Whoever was being asked about when the process was killed, or the line was cut, is asked about again after this. */
const RETRY_AFTER = `interval '10 minutes'`;

const IS_OLD = `(profile_fetched_at IS NULL OR profile_fetched_at < now() - ${REFRESH_EVERY})`;
const IS_NOT_TRIED = `(profile_attempted_at IS NULL OR profile_attempted_at < now() - ${RETRY_AFTER})`;

/**
 * The queue of profile downloads: who is to be asked about, and who has been. Taking a person leaves a mark at once,
 * so that a process that is killed with a question on its way does not ask it again when it is back.
 */
@Injectable()
export class ProfileDownloadsRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** People never fetched, the newest first; then those fetched longest ago, when that is long enough. */
  async takeDue(accountId: number, limit: number): Promise<DuePerson[]> {
    return this.take(
      `SELECT id FROM contact WHERE account_id = $1 AND ${HAS_NAME} AND ${IS_OLD} AND ${IS_NOT_TRIED}
       ORDER BY profile_fetched_at NULLS FIRST, id DESC LIMIT $2`,
      accountId,
      limit,
    );
  }

  /** People whom a notification or a caller wants fetched, in the order in which they were wanted. */
  async takeRequested(accountId: number, limit: number): Promise<DuePerson[]> {
    return this.take(
      `SELECT id FROM contact WHERE account_id = $1 AND profile_requested_at IS NOT NULL
         AND (${IS_NOT_TRIED} OR profile_attempted_at < profile_requested_at)
       ORDER BY profile_requested_at LIMIT $2`,
      accountId,
      limit,
    );
  }

  /** What was learned of these people is saved in the same transaction. Requests that came meanwhile stay. */
  async finish(tx: Transaction, ids: string[]): Promise<void> {
    await tx.query(
      `UPDATE contact SET profile_fetched_at = now(), profile_attempted_at = NULL,
         profile_requested_at = CASE WHEN profile_requested_at > profile_attempted_at THEN profile_requested_at END
       WHERE id = ANY ($1::bigint[])`,
      [ids],
    );
  }

  /** Has people fetched soon. Those who are not known are left out. */
  async requestAll(tx: Transaction, accountId: number, addresses: Address[]): Promise<void> {
    for (const column of ['jid', 'lid'] as const) {
      const named = addresses.filter((address) => isLid(address) === (column === 'lid'));
      if (named.length === 0) continue;
      await tx.query(
        `UPDATE contact SET profile_requested_at = clock_timestamp()
         WHERE account_id = $1 AND ${column} = ANY ($2::text[])`,
        [accountId, named],
      );
    }
  }

  async progress(accountId: number): Promise<DownloadProgress> {
    const [progress] = await this.dataSource.query<[DownloadProgress]>(
      `SELECT count(*)::int AS people, count(profile_fetched_at)::int AS fetched,
         (count(*) FILTER (WHERE ${IS_OLD} OR profile_requested_at IS NOT NULL))::int AS due
       FROM contact WHERE account_id = $1 AND ${HAS_NAME}`,
      [accountId],
    );
    return progress;
  }

  /** @param selection SQL that selects ids; `$1` account, `$2` limit */
  private async take(selection: string, accountId: number, limit: number): Promise<DuePerson[]> {
    const [rows] = await this.dataSource.query<[Row[], number]>(
      `UPDATE contact SET profile_attempted_at = clock_timestamp()
       WHERE id IN (${selection}) RETURNING id, jid, lid`,
      [accountId, limit],
    );
    return rows.flatMap(({ id, jid, lid }) => {
      const address = jid ?? lid;
      return address ? [{ id, address, lid }] : [];
    });
  }
}
