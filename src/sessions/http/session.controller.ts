import { Controller, Delete, Get } from '@nestjs/common';
import { type Access, CallerAccess, Needs } from '../../access/access.js';
import type { SessionName } from '../session-name.js';
import { SessionParam, sessionRoutes } from '../session-param.js';
import type { SessionDto, UnlinkedDto } from './session.dto.js';
import { SessionService, shownTo } from './session.service.js';

/** How a session is. */
@Controller(sessionRoutes('session'))
@Needs('session:read')
export class SessionController {
  constructor(private readonly session: SessionService) {}

  @Get()
  async describe(@SessionParam() session: SessionName, @CallerAccess() access: Access): Promise<SessionDto> {
    return shownTo(access, await this.session.describe(session));
  }

  /** Unlinks the account. Its contacts stay and are served until another account is linked. */
  @Delete()
  @Needs('session:link')
  async unlink(@SessionParam() session: SessionName): Promise<UnlinkedDto> {
    return { unlinked: true, message: await this.session.unlink(session) };
  }
}
