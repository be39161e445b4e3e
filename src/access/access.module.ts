import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessTokens } from './access-tokens.js';
import { ApiKey } from './api-key.entity.js';
import { ApiKeyCache } from './api-key-cache.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { IdempotentRequestsRepository } from './idempotent-requests.repository.js';
import { KeyLimits } from './key-limits.js';
import { RateLimitsRepository } from './rate-limits.repository.js';
import { StreamTicketsRepository } from './stream-tickets.repository.js';

const SERVICES = [
  AccessTokens,
  ApiKeyCache,
  ApiKeysRepository,
  IdempotentRequestsRepository,
  KeyLimits,
  RateLimitsRepository,
  StreamTicketsRepository,
];

/** API keys with their scopes and limits, and requests that callers may repeat. */
@Module({
  imports: [TypeOrmModule.forFeature([ApiKey])],
  providers: SERVICES,
  exports: SERVICES,
})
export class AccessModule {}
