import { Injectable } from '@nestjs/common';
import { TICKET_SECONDS, TooManyTickets } from '../../access/access.errors.js';
import type { Access } from '../../access/access.js';
import { createTicket, hashOfKey } from '../../access/key-text.js';
import { StreamTicketsRepository } from '../../access/stream-tickets.repository.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import type { StreamTicketDto } from './changes.dto.js';

/** Unused tickets of a key. */
export const MAX_TICKETS_PER_KEY = 1_000;

/** Creates tickets that replace a key in the URL of a stream. The guard accepts them. */
@Injectable()
export class StreamTickets {
  constructor(private readonly tickets: StreamTicketsRepository) {}

  /** @throws TooManyTickets */
  async create(session: SessionName, { keyId }: Access): Promise<StreamTicketDto> {
    const ticket = createTicket();
    const limits = { seconds: TICKET_SECONDS, maxPerKey: MAX_TICKETS_PER_KEY };
    const expiresAt = await this.tickets.add(hashOfKey(ticket), { keyId, session }, limits);
    if (!expiresAt) throw new TooManyTickets(MAX_TICKETS_PER_KEY);
    return { ticket, expires_at: expiresAt.toISOString() };
  }
}
