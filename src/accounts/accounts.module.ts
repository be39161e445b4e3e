import { Module } from '@nestjs/common';
import { AccountsRepository } from './accounts.repository.js';
import { SessionCommandsRepository } from '../sessions/session-commands.repository.js';
import { SessionStateRepository } from '../sessions/sessions.repository.js';

/** What the API and the session role know in common, through Postgres alone: account, status, commands. */
@Module({
  providers: [AccountsRepository, SessionStateRepository, SessionCommandsRepository],
  exports: [AccountsRepository, SessionStateRepository, SessionCommandsRepository],
})
export class AccountsModule {}
