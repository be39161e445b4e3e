import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/access.module.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { LogLevelsController } from './log-levels.controller.js';
import { LogLevelsService } from './log-levels.service.js';

/** `/log-levels`. */
@Module({
  imports: [AccessModule, SessionsModule],
  controllers: [LogLevelsController],
  providers: [LogLevelsService],
})
export class LoggingApiModule {}
