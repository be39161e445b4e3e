import { Controller, Delete, Get } from '@nestjs/common';
import type { Access } from '../../access/access.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { CommandRefused } from '../../sessions/command-refused.js';
import { CallerAccess, Needs } from '../access/requirements.js';
import { BasePath } from '../http/base-path.js';
import { atBasePath } from '../http/paths-in-text.js';
import { SessionParam, sessionRoutes } from '../http/session-param.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import type { UnlinkedDto } from './link.dto.js';
import { LinkService, REMOVE_DEVICE, UNLINKED } from './link.service.js';
import type { SessionDto } from './session-status.dto.js';
import { SessionStatusService, shownTo } from './session-status.service.js';
import { SessionNotAnswering } from './sessions-api.errors.js';

const CONTACTS_STAY = 'Its contacts stay until another account is linked.';
const NOT_LINKED = 'No account is linked, so there is nothing to unlink.';

/** Returns the status of a session, and unlinks its account. */
@Controller(sessionRoutes('session'))
@Needs('session:read')
export class SessionStatusController {
  constructor(
    private readonly status: SessionStatusService,
    private readonly link: LinkService,
  ) {}

  /** Get the status of a session, its problems and recommended actions. */
  @Operation({ id: 'getSession', answer: examples.session })
  @Get()
  async describe(
    @SessionParam() session: SessionName,
    @CallerAccess() access: Access,
    @BasePath() basePath: string,
  ): Promise<SessionDto> {
    return atBasePath(basePath, shownTo(access, await this.status.describe(session)));
  }

  /** Unlink the account. Its contacts stay available until this session or this account is linked again. */
  @Operation({
    id: 'unlinkSession',
    answer: { unlinked: true, message: `${UNLINKED} ${CONTACTS_STAY}` },
    errors: [new CommandRefused('conflict', 'no_account_linked', NOT_LINKED), new SessionNotAnswering()],
  })
  @Delete()
  @Needs('session:link')
  async unlink(@SessionParam() session: SessionName): Promise<UnlinkedDto> {
    const isNotified = (await this.link.unlink(session)) === 'notified';
    return { unlinked: true, message: `${UNLINKED} ${isNotified ? CONTACTS_STAY : REMOVE_DEVICE}` };
  }
}
