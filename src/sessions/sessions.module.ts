import { Module } from '@nestjs/common';
import { SessionCommandsRepository } from './session-commands.repository.js';
import { SessionStateRepository } from './session-state.repository.js';
import { SessionsRepository } from './sessions.repository.js';

/** What the API and the session role know in common, through Postgres alone: sessions, their state and commands. */
@Module({
  providers: [SessionsRepository, SessionStateRepository, SessionCommandsRepository],
  exports: [SessionsRepository, SessionStateRepository, SessionCommandsRepository],
})
export class SessionsModule {}
