import { Injectable } from '@nestjs/common';
import { TICKET_SECONDS } from '../../access/access.errors.js';
import type { Access } from '../../access/access.js';
import { createTicket, hashOfKey } from '../../access/key-text.js';
import { StreamTicketsRepository } from '../../access/stream-tickets.repository.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import type { StreamTicketDto } from './changes.dto.js';

/** Creates tickets that replace a key in the URL of a stream. The guard accepts them. */
@Injectable()
export class StreamTickets {
  constructor(private readonly tickets: StreamTicketsRepository) {}

  async create(session: SessionName, { keyId }: Access): Promise<StreamTicketDto> {
    const ticket = createTicket();
    const expiresAt = await this.tickets.add(hashOfKey(ticket), { keyId, session }, TICKET_SECONDS);
    return { ticket, expires_at: expiresAt.toISOString() };
  }
}
