import { Injectable } from '@nestjs/common';
import { Log } from '../../kernel/logging/log.js';
import { ALL_SESSIONS } from '../../kernel/logging/log-levels.js';
import { LogLevelsRepository } from '../../sessions/log-levels.repository.js';
import { SessionNotFound } from '../../sessions/sessions.errors.js';
import { SessionsRepository } from '../../sessions/sessions.repository.js';
import type { SetLogLevelRequest } from './log-levels.dto.js';

const DEFAULT_MINUTES = 60;

/** Stores log levels, which every process follows. */
@Injectable()
export class LogLevelsService {
  private readonly log = new Log(LogLevelsService.name);

  constructor(
    private readonly levels: LogLevelsRepository,
    private readonly sessions: SessionsRepository,
  ) {}

  /** @throws SessionNotFound */
  async set(request: SetLogLevelRequest): Promise<void> {
    const { level } = request;
    const session = request.session ?? ALL_SESSIONS;
    const minutes = request.minutes ?? DEFAULT_MINUTES;
    if (level === null) await this.levels.remove(session);
    else {
      const isKnown = session === ALL_SESSIONS || (await this.sessions.existing([session])).length > 0;
      if (!isKnown) throw new SessionNotFound(session);
      await this.levels.set(session, level, minutes);
    }
    this.log.info({ of: session || 'all sessions', level, minutes }, 'Log level changed');
  }
}
