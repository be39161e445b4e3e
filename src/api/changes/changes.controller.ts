import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Needs } from '../access/requirements.js';
import { NoAccountLinked } from '../../sessions/sessions.errors.js';
import { InvalidRequest } from '../http/request.errors.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { SessionParam, sessionRoutes } from '../http/session-param.js';
import { ChangesGone } from '../../feed/feed.errors.js';
import { type ChangePageDto, ListChangesQuery, SEQ, StreamChangesQuery } from './changes.dto.js';
import { BUSY_READERS, ChangesService, positionFrame } from './changes.service.js';

const GONE = new ChangesGone(
  examples.change.seq - 2_000,
  `changes up to ${examples.change.seq - 1_000} are not kept any more`,
);

/** What has changed in an address book, each change with a number. */
@Controller(sessionRoutes('changes'))
@Needs('contacts:read')
export class ChangesController {
  constructor(private readonly changes: ChangesService) {}

  /** List changes in the order of their numbers, and wait for the next one if asked to. */
  @Operation({
    id: 'listChanges',
    parameters: { after: String(examples.change.seq - 1), limit: '100', wait: '0', compact: 'false' },
    answer: { items: [examples.change], next: examples.change.seq, latest: examples.change.seq },
    errors: [GONE, new NoAccountLinked(), ...BUSY_READERS],
  })
  @Get()
  list(
    @SessionParam() session: SessionName,
    @Query() query: ListChangesQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ChangePageDto> {
    const { after, limit, wait, compact } = query;
    return this.changes.list(
      session,
      {
        after: after === undefined ? null : Number(after),
        limit: Number(limit),
        waitMs: Number(wait) * 1_000,
        isCompact: compact === 'true',
      },
      request,
      response,
    );
  }

  /**
   * Follow the changes as server-sent events: each has its number as `id`, and a ChangeDto as `data`. Where the stream begins, an
   * event `position` says.
   */
  @Operation({
    id: 'streamChanges',
    parameters: { after: String(examples.change.seq - 1) },
    answer: {
      byType: {
        'text/event-stream': `retry: 1000\n\n${positionFrame(examples.change.seq - 1)}id: ${examples.change.seq}\ndata: ${JSON.stringify(examples.change)}\n\n`,
      },
    },
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
        `Last-Event-ID is ${JSON.stringify(lastEventId)}; it must be the id of an event of this stream, a number of a change.`,
      );
    const after = lastEventId || query.after;
    await this.changes.stream(session, after === undefined ? null : Number(after), request, response);
  }
}
