import { Controller, Delete, Get } from '@nestjs/common';
import type { SessionName } from '../session-name.js';
import { SessionParam, sessionRoutes } from '../session-param.js';
import type { SessionDto, UnlinkedDto } from './session.dto.js';
import { SessionService } from './session.service.js';

/** How a session is. */
@Controller(sessionRoutes('session'))
export class SessionController {
  constructor(private readonly session: SessionService) {}

  @Get()
  describe(@SessionParam() session: SessionName): Promise<SessionDto> {
    return this.session.describe(session);
  }

  /** Unlinks the account. Its contacts stay and are served until another account is linked. */
  @Delete()
  async unlink(@SessionParam() session: SessionName): Promise<UnlinkedDto> {
    return { unlinked: true, message: await this.session.unlink(session) };
  }
}
