import { Body, Controller, Delete, Get, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { type Access, CallerAccess, Needs } from '../../access/access.js';
import type { SessionName } from '../session-name.js';
import { SessionParam } from '../session-param.js';
import {
  CreateSessionRequest,
  DeleteSessionQuery,
  ListSessionsQuery,
  type NamedSessionDto,
  type SessionDeletedDto,
  type SessionPageDto,
} from './sessions.dto.js';
import { shownTo } from './session.service.js';
import { SessionsService } from './sessions.service.js';

/** The sessions of this deployment: one for each account that is, or is to be, linked. */
@Controller('sessions')
@Needs('session:read')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  /** Those that the key is for. */
  @Get()
  @Needs('session:read', { acrossSessions: true })
  list(@Query() query: ListSessionsQuery, @CallerAccess() access: Access): Promise<SessionPageDto> {
    return this.sessions.list(query, access.sessions);
  }

  /** The session waits to be linked from then on. */
  @Post()
  @Needs('admin')
  async create(
    @Body() { name }: CreateSessionRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<NamedSessionDto> {
    const session = await this.sessions.create(name as SessionName);
    response.setHeader('Location', `/sessions/${name}`);
    return session;
  }

  @Get(':session')
  async get(@SessionParam() session: SessionName, @CallerAccess() access: Access): Promise<NamedSessionDto> {
    return shownTo(access, await this.sessions.get(session));
  }

  /** Unlinks the account and forgets the session; with `?contacts=delete` its contacts, too. */
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
