import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SessionsModule } from '../sessions/sessions.module.js';
import { AccessGuard } from '../api/access/access.guard.js';
import { ApiKey } from './api-key.entity.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { AccessController } from '../api/keys/access.controller.js';
import { KeysController } from '../api/keys/keys.controller.js';
import { KeysService } from '../api/keys/keys.service.js';
import { KeyLimits } from './key-limits.js';
import { KnownKeys } from './known-keys.js';
import { RateLimitsRepository } from './rate-limits.repository.js';
import { RequirementsCheck } from '../api/access/requirements.check.js';

/** Who may call what: keys, their scopes and limits. */
@Module({
  imports: [DiscoveryModule, SessionsModule, TypeOrmModule.forFeature([ApiKey])],
  controllers: [AccessController, KeysController],
  providers: [
    ApiKeysRepository,
    KeyLimits,
    KeysService,
    KnownKeys,
    RateLimitsRepository,
    RequirementsCheck,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [KnownKeys, RateLimitsRepository],
})
export class AccessModule {}
