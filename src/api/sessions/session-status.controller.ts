import { Controller, Delete, Get } from '@nestjs/common';
import type { Access } from '../../access/access.js';
import { CallerAccess, Needs } from '../access/requirements.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { SessionParam, sessionRoutes } from '../http/session-param.js';
import type { SessionDto, UnlinkedDto } from './session-status.dto.js';
import { SessionStatusService, shownTo } from './session-status.service.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import { CommandRefused } from '../../sessions/command-refused.js';
import { SessionNotAnswering } from './sessions-api.errors.js';

/** How a session is. */
@Controller(sessionRoutes('session'))
@Needs('session:read')
export class SessionStatusController {
  constructor(private readonly session: SessionStatusService) {}

  /** Show how the session is, what is wrong, and what to do about it. */
  @Operation({ id: 'getSession', answer: examples.session })
  @Get()
  async describe(@SessionParam() session: SessionName, @CallerAccess() access: Access): Promise<SessionDto> {
    return shownTo(access, await this.session.describe(session));
  }

  /** Unlink the account. Its contacts stay and are served until another account is linked. */
  @Operation({
    id: 'unlinkSession',
    answer: {
      unlinked: true,
      message: 'The account is unlinked. Its contacts stay until another account is linked.',
    },
    errors: [
      new CommandRefused(
        'conflict',
        'no_account_linked',
        'No account is linked, so there is nothing to unlink.',
      ),
      new SessionNotAnswering(),
    ],
  })
  @Delete()
  @Needs('session:link')
  async unlink(@SessionParam() session: SessionName): Promise<UnlinkedDto> {
    return { unlinked: true, message: await this.session.unlink(session) };
  }
}
