import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ChangesGone } from '../../feed/feed.errors.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { NoAccountLinked } from '../../sessions/sessions.errors.js';
import { Needs } from '../access/requirements.js';
import { InvalidRequest } from '../http/request.errors.js';
import { SessionParam, sessionRoutes } from '../http/session-param.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import {
  type ChangeFilter,
  type ChangePageDto,
  ListChangesQuery,
  SEQ,
  StreamChangesQuery,
} from './changes.dto.js';
import {
  BUSY_READERS,
  changeFrame,
  type ChangesFilter,
  ChangesService,
  positionFrame,
} from './changes.service.js';

const { seq } = examples.change;
const GONE = ChangesGone.pruned(seq - 2_000, seq - 1_000);
const FILTER = { kinds: 'contact.created,contact.changed' };
const STREAM_EXAMPLE = `retry: 1000\n\n${positionFrame(seq - 1)}${changeFrame(examples.change)}`;

/** The feed of an address book. */
@Controller(sessionRoutes('changes'))
@Needs('contacts:read')
export class ChangesController {
  constructor(private readonly changes: ChangesService) {}

  /** List changes in the order of their sequence numbers. With `wait`, the request waits for the next change. */
  @Operation({
    id: 'listChanges',
    parameters: { after: String(seq - 1), limit: '100', wait: '0', compact: 'false', ...FILTER },
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
      after: after === undefined ? null : Number(after),
      limit: Number(limit),
      waitMs: Number(wait) * 1_000,
      isCompact: compact === 'true',
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
    parameters: { after: String(seq - 1), ...FILTER },
    answer: { byType: { 'text/event-stream': STREAM_EXAMPLE } },
    errors: [GONE, new NoAccountLinked(), ...BUSY_READERS],
  })
  @Get('stream')
  async stream(
    @SessionParam() session: SessionName,
    @Query() query: StreamChangesQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    if (lastEventId && !SEQ.test(lastEventId))
      throw new InvalidRequest(
        `Invalid Last-Event-ID ${JSON.stringify(lastEventId)}: use the id of an event of this stream, ` +
          `for example ${seq}.`,
      );
    const after = lastEventId || query.after;
    const from = { after: after === undefined ? null : Number(after), ...toFilter(query) };
    await this.changes.stream(session, from, request, response);
  }
}

function toFilter({ kinds, fields }: ChangeFilter): ChangesFilter {
  return { kinds: kinds ?? null, fields: fields ?? null };
}
