import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { SharedQueries } from '../database/shared-queries.js';
import type { StreamTicket } from './stream-ticket.entity.js';

/** The key that created a ticket, and the session whose changes the ticket streams. */
export type TicketOwner = Pick<StreamTicket, 'keyId' | 'session'>;

/** Stores tickets until they are used or expire. Every replica accepts them. */
@Injectable()
export class StreamTicketsRepository {
  /** Callers without a ticket cause no writes, and few queries. */
  private readonly queries = new SharedQueries<'tickets', string, boolean>((_, hashes) => this.exist(hashes));

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * Stores the hash of a ticket that is valid for `seconds`.
   *
   * @param maxPerKey tickets of a key that are not used and have not expired
   * @returns when it expires; null if the key has too many
   */
  async add(
    hash: Buffer,
    { keyId, session }: TicketOwner,
    { seconds, maxPerKey }: { seconds: number; maxPerKey: number },
  ): Promise<Date | null> {
    const [row] = await this.dataSource.query<{ expiresAt: Date }[]>(
      `INSERT INTO stream_ticket (hash, key_id, session, expires_at)
       SELECT $1, $2, $3, now() + $4 * interval '1 s'
       WHERE (SELECT count(*) FROM stream_ticket WHERE key_id IS NOT DISTINCT FROM $2 AND expires_at > now()) < $5
       RETURNING expires_at AS "expiresAt"`,
      [hash, keyId, session, seconds, maxPerKey],
    );
    return row?.expiresAt ?? null;
  }

  /** Deletes a ticket, so that it cannot be used again. @returns null if it does not exist or has expired */
  async take(hash: Buffer): Promise<TicketOwner | null> {
    if (!(await this.queries.load('tickets', hash.toString('hex')))) return null;
    const [[taken]] = await this.dataSource.query<[TicketOwner[], number]>(
      'DELETE FROM stream_ticket WHERE hash = $1 AND expires_at > now() RETURNING key_id AS "keyId", session',
      [hash],
    );
    return taken ?? null;
  }

  /** @param hashes in hexadecimal */
  private async exist(hashes: readonly string[]): Promise<boolean[]> {
    const rows = await this.dataSource.query<{ hash: string }[]>(
      `SELECT encode(hash, 'hex') AS hash FROM stream_ticket
       WHERE hash IN (SELECT decode(h, 'hex') FROM unnest($1::text[]) h)`,
      [hashes],
    );
    const found = new Set(rows.map(({ hash }) => hash));
    return hashes.map((hash) => found.has(hash));
  }

  async deleteExpired(): Promise<void> {
    await this.dataSource.query('DELETE FROM stream_ticket WHERE expires_at <= now()');
  }
}
