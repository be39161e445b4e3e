import { Module } from '@nestjs/common';
import { Config } from '../kernel/config/config.js';
import { SecretKeys } from './secret-keys.js';
import { Secrets } from './secrets.js';
import { SecretsRepository } from './secrets.repository.js';

/** Encryption at rest. */
@Module({
  providers: [
    SecretKeys,
    SecretsRepository,
    {
      provide: Secrets,
      inject: [Config],
      useFactory: ({ ENCRYPTION_KEY }: Config) => new Secrets(ENCRYPTION_KEY),
    },
  ],
  exports: [SecretKeys, Secrets],
})
export class SecretsModule {}
