import { Body, Controller, Delete, Get, Patch, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { Access } from '../../access/access.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { CallerAccess, Needs } from '../access/requirements.js';
import { BasePath } from '../http/base-path.js';
import { IDEMPOTENCY_ERRORS, Idempotent } from '../http/idempotent.js';
import { atBasePath } from '../http/paths-in-text.js';
import { SessionParam } from '../http/session-param.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import { shownTo } from './session-status.service.js';
import {
  CreateSessionRequest,
  DeleteSessionQuery,
  ListSessionsQuery,
  type NamedSessionDto,
  type SessionDeletedDto,
  type SessionPageDto,
  UpdateSessionRequest,
} from './sessions.dto.js';
import { SessionsService } from './sessions.service.js';
import { DefaultSessionStays, SessionExists, SessionNotAnswering } from './sessions-api.errors.js';

/** Lists, creates and deletes sessions. Each session links one account. */
@Controller('sessions')
@Needs('session:read')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  /** List sessions, ordered by name. A key that is limited to some sessions sees only these. */
  @Operation({
    id: 'listSessions',
    parameters: { limit: 2, status: 'open' },
    answer: examples.sessions,
  })
  @Get()
  @Needs('session:read', { acrossSessions: true })
  async list(
    @Query() query: ListSessionsQuery,
    @CallerAccess() access: Access,
    @BasePath() basePath: string,
  ): Promise<SessionPageDto> {
    const { items, ...page } = await this.sessions.list(query, access.sessions);
    return { items: items.map((session) => atBasePath(basePath, session)), ...page };
  }

  /** Create a session. You can then link an account to it. */
  @Operation({
    id: 'createSession',
    body: { name: 'sales' },
    answer: examples.newSession,
    headers: ['Location'],
    errors: [new SessionExists('default'), ...IDEMPOTENCY_ERRORS],
  })
  @Post()
  @Idempotent()
  @Needs('admin')
  async create(
    @Body() { name, proxy = null, display_name: displayName = null }: CreateSessionRequest,
    @BasePath() basePath: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<NamedSessionDto> {
    const session = await this.sessions.create(name as SessionName, { proxy, displayName });
    response.setHeader('Location', `${basePath}/sessions/${name}`);
    return atBasePath(basePath, session);
  }

  /** Get the status of a session. */
  @Operation({ id: 'getSessionByName', answer: { name: 'default', ...examples.session } })
  @Get(':session')
  async get(
    @SessionParam() session: SessionName,
    @CallerAccess() access: Access,
    @BasePath() basePath: string,
  ): Promise<NamedSessionDto> {
    return atBasePath(basePath, shownTo(access, await this.sessions.get(session)));
  }

  /**
   * Set the name for users or the proxy of a session, or remove it with `null`. The session reconnects through a new
   * proxy immediately.
   */
  @Operation({
    id: 'updateSession',
    body: { proxy: 'socks5://user:password@proxy.example.com:1080' },
    answer: { name: 'default', ...examples.session, proxy: 'socks5://proxy.example.com:1080' },
    errors: [new SessionNotAnswering()],
  })
  @Patch(':session')
  @Needs('admin')
  async update(
    @SessionParam() session: SessionName,
    @Body() { proxy, display_name: displayName }: UpdateSessionRequest,
    @BasePath() basePath: string,
  ): Promise<NamedSessionDto> {
    return atBasePath(basePath, await this.sessions.update(session, { proxy, displayName }));
  }

  /** Unlink the account and delete the session. `?contacts=delete` also deletes the contacts. */
  @Operation({
    id: 'deleteSession',
    parameters: { contacts: 'delete' },
    answer: { deleted: true, message: 'The session sales is deleted.' },
    errors: [new DefaultSessionStays()],
  })
  @Delete(':session')
  @Needs('admin')
  async delete(
    @SessionParam() session: SessionName,
    @Query() { contacts }: DeleteSessionQuery,
  ): Promise<SessionDeletedDto> {
    const message = await this.sessions.delete(session, { withContacts: contacts === 'delete' });
    return { deleted: true, message };
  }
}
