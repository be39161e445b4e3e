import { Body, Controller, Get, Header, Patch } from '@nestjs/common';
import { ALL_SESSIONS } from '../../kernel/logging/log-levels.js';
import { LogLevelsRepository } from '../../sessions/log-levels.repository.js';
import { SessionNotFound } from '../../sessions/sessions.errors.js';
import { Needs } from '../access/requirements.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import { type LogLevelListDto, SetLogLevelRequest } from './log-levels.dto.js';
import { LogLevelsService } from './log-levels.service.js';

/** Changes log levels while the service runs. */
@Controller('log-levels')
@Needs('admin')
export class LogLevelsController {
  constructor(
    private readonly service: LogLevelsService,
    private readonly repository: LogLevelsRepository,
  ) {}

  /** List the log levels that replace the configured ones at the moment. */
  @Operation({ id: 'listLogLevels', answer: { items: [examples.logLevel] } })
  @Get()
  @Header('Cache-Control', 'no-store')
  async list(): Promise<LogLevelListDto> {
    const levels = await this.repository.list();
    const items = levels.map(({ session, level, expiresAt }) => ({
      session: session === ALL_SESSIONS ? null : session,
      level,
      expires_at: expiresAt.toISOString(),
    }));
    return { items };
  }

  /** Set the log level of one session or of all, for a limited time. All processes apply it within 5 seconds. */
  @Operation({
    id: 'setLogLevel',
    body: { level: 'debug', session: 'sales', minutes: 60 },
    answer: { items: [examples.logLevel] },
    errors: [new SessionNotFound('sales')],
  })
  @Patch()
  async set(@Body() request: SetLogLevelRequest): Promise<LogLevelListDto> {
    await this.service.set(request);
    return this.list();
  }
}
