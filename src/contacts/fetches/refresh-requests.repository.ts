import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { REFRESHES_PER_MINUTE, RefreshLimited } from '../contacts.errors.js';

/** Any number of our own, beside the account: its callers on all replicas are counted one after the other. */
const REFRESH_LOCK = 4_203_890;

/** A person is fetched on request at most once in this time. */
const PERSON_SECONDS = 60;

/** Counts the callers' requests to fetch people, in Postgres, so that the limits hold over all replicas. */
@Injectable()
export class RefreshRequestsRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Notes a request, and puts the person before all others who are due. @throws RefreshLimited */
  async add(accountId: number, contactId: string): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1, $2)', [REFRESH_LOCK, accountId]);
      const [{ person, all, count }] = await tx.query<
        [{ person: number | null; all: number | null; count: number }]
      >(
        `SELECT max(seconds_left) FILTER (WHERE contact_id = $1) AS person, min(seconds_left) AS all,
           count(*)::int AS count
         FROM (
           SELECT contact_id, ceil(extract(epoch FROM asked_at - now()) + $2)::int AS seconds_left
           FROM refresh_request
           WHERE account_id = $3 AND asked_at > now() - $2 * interval '1 s'
         ) recent`,
        [contactId, PERSON_SECONDS, accountId],
      );
      if (person !== null) throw new RefreshLimited('contact', person);
      if (count >= REFRESHES_PER_MINUTE) throw new RefreshLimited('account', all ?? 1);
      await tx.query(
        `DELETE FROM refresh_request WHERE account_id = $2 AND asked_at <= now() - $1 * interval '1 s'`,
        [PERSON_SECONDS, accountId],
      );
      await tx.query('INSERT INTO refresh_request VALUES ($1, $2, now())', [accountId, contactId]);
    });
  }
}
