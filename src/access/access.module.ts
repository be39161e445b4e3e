import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ApiKey } from './api-key.entity.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { KeyLimits } from './key-limits.js';
import { KnownKeys } from './known-keys.js';
import { RateLimitsRepository } from './rate-limits.repository.js';

/** API keys, their scopes and their limits. */
@Module({
  imports: [TypeOrmModule.forFeature([ApiKey])],
  providers: [ApiKeysRepository, KeyLimits, KnownKeys, RateLimitsRepository],
  exports: [ApiKeysRepository, KeyLimits, KnownKeys, RateLimitsRepository],
})
export class AccessModule {}
