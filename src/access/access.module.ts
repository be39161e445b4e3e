import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SessionsModule } from '../sessions/sessions.module.js';
import { AccessGuard } from './access.guard.js';
import { ApiKey } from './api-key.entity.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { AccessController } from './http/access.controller.js';
import { KeysController } from './http/keys.controller.js';
import { KeysService } from './http/keys.service.js';
import { KeyLimits } from './key-limits.js';
import { KnownKeys } from './known-keys.js';
import { RateLimitsRepository } from './rate-limits.repository.js';
import { RequirementsCheck } from './requirements.check.js';

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
