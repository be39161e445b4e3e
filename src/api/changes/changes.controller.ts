import { Controller, Get, Headers, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { TicketInvalid, TooManyTickets } from '../../access/access.errors.js';
import type { Access } from '../../access/access.js';
import { ChangesGone } from '../../feed/feed.errors.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { NoAccountLinked } from '../../sessions/sessions.errors.js';
import { CallerAccess, Needs } from '../access/requirements.js';
import { InvalidRequest } from '../http/request.errors.js';
import { SessionParam, sessionRoutes } from '../http/session-param.js';
import { parseInteger } from '../http/validation.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import {
  type ChangeFilter,
  type ChangePageDto,
  ListChangesQuery,
  SEQUENCE,
  StreamChangesQuery,
  type StreamTicketDto,
} from './changes.dto.js';
import {
  BUSY_READERS,
  changeFrame,
  type ChangesFilter,
  ChangesService,
  positionFrame,
} from './changes.service.js';
import { MAX_TICKETS_PER_KEY, StreamTickets } from './stream-tickets.js';

const { seq } = examples.change;
const GONE = ChangesGone.pruned(seq - 2_000, seq - 1_000);
const FILTER = { kinds: 'contact.created,contact.changed' };
const STREAM_EXAMPLE = `retry: 1000\n\n${positionFrame(seq - 1)}${changeFrame(examples.deletion)}`;

/** The feed of an address book. */
@Controller(sessionRoutes('changes'))
@Needs('contacts:read')
export class ChangesController {
  constructor(
    private readonly changes: ChangesService,
    private readonly tickets: StreamTickets,
  ) {}

  /** List changes in the order of their sequence numbers. With `wait`, the request waits for the next change. */
  @Operation({
    id: 'listChanges',
    parameters: { after: seq - 1, limit: 100, wait: 0, compact: false, ...FILTER },
    answer: { items: [examples.change], next: seq, latest: seq },
    errors: [GONE, new NoAccountLinked(), ...BUSY_READERS],
  })
  @Get()
  list(
    @SessionParam() session: SessionName,
    @Query() { after, limit, wait, compact, ...filter }: ListChangesQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ChangePageDto> {
    const query = {
      after: after ?? null,
      limit,
      waitMs: wait * 1_000,
      isCompact: compact,
      ...toFilter(filter),
    };
    return this.changes.list(session, query, request, response);
  }

  /**
   * Stream changes as server-sent events, with the sequence number as `id` and a ChangeDto as `data`. The first event
   * is `position`, with the sequence number after which the stream starts.
   */
  @Operation({
    id: 'streamChanges',
    parameters: { after: seq - 1, ...FILTER },
    requestHeaders: ['Last-Event-ID'],
    answer: { byType: { 'text/event-stream': STREAM_EXAMPLE } },
    errors: [new TicketInvalid(), GONE, new NoAccountLinked(), ...BUSY_READERS],
  })
  @Get('stream')
  @Needs('contacts:read', { orTicket: true })
  async stream(
    @SessionParam() session: SessionName,
    @Query() query: StreamChangesQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const last = parseInteger(lastEventId, SEQUENCE);
    if (lastEventId && last === null)
      throw new InvalidRequest(
        `Invalid Last-Event-ID ${JSON.stringify(lastEventId)}: use the id of an event of this stream, ` +
          `for example ${seq}.`,
      );
    const from = { after: last ?? query.after ?? null, ...toFilter(query) };
    await this.changes.stream(session, from, request, response);
  }

  /**
   * Create a ticket for `GET /changes/stream`, because the EventSource of browsers cannot send a key. It is valid for
   * one request within 60 seconds.
   */
  @Operation({
    id: 'createStreamTicket',
    answer: { ticket: `wst_${'6YlVQm1yZQ9b3c0T4xv8kR2sWn7uHj5dLe0gFp1aBiM'}`, expires_at: examples.TIME },
    errors: [new TooManyTickets(MAX_TICKETS_PER_KEY)],
  })
  @Post('stream-ticket')
  createTicket(
    @SessionParam() session: SessionName,
    @CallerAccess() access: Access,
  ): Promise<StreamTicketDto> {
    return this.tickets.create(session, access);
  }
}

function toFilter({ kinds, fields }: ChangeFilter): ChangesFilter {
  return { kinds: kinds ?? null, fields: fields ?? null };
}
