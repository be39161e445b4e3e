import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { REFRESHES_PER_MINUTE, RefreshLimited } from '../contacts.errors.js';

/** First key of the advisory lock in each schema, the account ID is the second. Serializes requests of all replicas. */
const REFRESH_LOCK = 4_203_890;

/** Minimum time between two requests for the same contact. */
const CONTACT_SECONDS = 60;

/** Limits requests to refresh contacts. Counts in Postgres, so that the limits apply to all replicas together. */
@Injectable()
export class RefreshRequestsRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * Stores a request.
   *
   * @throws RefreshLimited
   */
  async add(accountId: number, contactId: string): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1::int # hashtext(current_schema()), $2)', [
        REFRESH_LOCK,
        accountId,
      ]);
      const [{ contact, all, count }] = await tx.query<
        [{ contact: number | null; all: number | null; count: number }]
      >(
        `SELECT max(seconds_left) FILTER (WHERE contact_id = $1) AS contact, min(seconds_left) AS all,
           count(*)::int AS count
         FROM (
           SELECT contact_id, ceil(extract(epoch FROM asked_at - now()) + $2)::int AS seconds_left
           FROM refresh_request
           WHERE account_id = $3 AND asked_at > now() - $2 * interval '1 s'
         ) recent`,
        [contactId, CONTACT_SECONDS, accountId],
      );
      if (contact !== null) throw new RefreshLimited('contact', contact);
      if (count >= REFRESHES_PER_MINUTE) throw new RefreshLimited('account', all ?? 1);
      await tx.query(
        `DELETE FROM refresh_request WHERE account_id = $2 AND asked_at <= now() - $1 * interval '1 s'`,
        [CONTACT_SECONDS, accountId],
      );
      await tx.query('INSERT INTO refresh_request VALUES ($1, $2, now())', [accountId, contactId]);
    });
  }
}
