import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessTokens } from './access-tokens.js';
import { ApiKey } from './api-key.entity.js';
import { ApiKeyCache } from './api-key-cache.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { KeyLimits } from './key-limits.js';
import { RateLimitsRepository } from './rate-limits.repository.js';

/** API keys with their scopes and limits. */
@Module({
  imports: [TypeOrmModule.forFeature([ApiKey])],
  providers: [AccessTokens, ApiKeyCache, ApiKeysRepository, KeyLimits, RateLimitsRepository],
  exports: [AccessTokens, ApiKeyCache, ApiKeysRepository, KeyLimits, RateLimitsRepository],
})
export class AccessModule {}
