import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { StreamTicket } from './stream-ticket.entity.js';

/** The key that created a ticket, and the session whose changes the ticket streams. */
export type TicketOwner = Pick<StreamTicket, 'keyId' | 'session'>;

/** Stores tickets until they are used or expire. Every replica accepts them. */
@Injectable()
export class StreamTicketsRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Stores the hash of a ticket that is valid for `seconds`. @returns when it expires */
  async add(hash: Buffer, { keyId, session }: TicketOwner, seconds: number): Promise<Date> {
    const [{ expiresAt }] = await this.dataSource.query<[{ expiresAt: Date }]>(
      `INSERT INTO stream_ticket (hash, key_id, session, expires_at)
       VALUES ($1, $2, $3, now() + $4 * interval '1 s') RETURNING expires_at AS "expiresAt"`,
      [hash, keyId, session, seconds],
    );
    return expiresAt;
  }

  /** Deletes a ticket, so that it cannot be used again. @returns null if it does not exist or has expired */
  async take(hash: Buffer): Promise<TicketOwner | null> {
    const [[taken]] = await this.dataSource.query<[TicketOwner[], number]>(
      'DELETE FROM stream_ticket WHERE hash = $1 AND expires_at > now() RETURNING key_id AS "keyId", session',
      [hash],
    );
    return taken ?? null;
  }

  async deleteExpired(): Promise<void> {
    await this.dataSource.query('DELETE FROM stream_ticket WHERE expires_at <= now()');
  }
}
