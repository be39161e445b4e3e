import { Module } from '@nestjs/common';
import { FeedModule } from '../feed/feed.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { ClientVersionRepository } from './client-version.repository.js';
import { CommandNotifications } from './command-notifications.js';
import { DegradationsRepository } from './degradations.repository.js';
import { LogLevelFollower } from './log-level-follower.js';
import { LogLevelsRepository } from './log-levels.repository.js';
import { SessionCommandsRepository } from './session-commands.repository.js';
import { SessionMetricsRepository } from './session-metrics.repository.js';
import { SessionProxiesRepository } from './session-proxies.repository.js';
import { SessionStateRepository } from './session-state.repository.js';
import { SessionsRepository } from './sessions.repository.js';

const REPOSITORIES = [
  ClientVersionRepository,
  DegradationsRepository,
  LogLevelsRepository,
  SessionCommandsRepository,
  SessionMetricsRepository,
  SessionProxiesRepository,
  SessionStateRepository,
  SessionsRepository,
];

/** Data that the API and the session role share through Postgres: sessions, their state and commands. */
@Module({
  imports: [FeedModule, SecretsModule],
  providers: [...REPOSITORIES, CommandNotifications, LogLevelFollower],
  exports: [...REPOSITORIES, CommandNotifications],
})
export class SessionsModule {}
