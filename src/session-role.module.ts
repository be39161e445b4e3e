import { type DynamicModule, Module } from '@nestjs/common';
import { DatabaseModule } from './database/database.module.js';
import { SilenceLimit } from './database/silence-limit.js';
import { ENTITIES } from './entities.js';
import type { Config } from './kernel/config/config.js';
import { ConfigModule } from './kernel/config/config.module.js';
import { SecretsModule } from './secrets/secrets.module.js';
import { WhatsappModule } from './whatsapp/whatsapp.module.js';

/** Hundreds of sessions share a few connections, and can wait for one. Their leases use separate connections. */
const CONNECT_TIMEOUT_MS = 20_000;
/** Shorter than the lease, so that writes are retried before it expires. */
const SILENCE = { firstMs: 10_000, maxMs: 80_000 };

/** Root module of the session role. It exchanges data with the API only through Postgres. */
@Module({})
export class SessionRoleModule {
  static forRoot(config: Config, databaseUrl: string): DynamicModule {
    return {
      module: SessionRoleModule,
      imports: [
        ConfigModule.forRoot(config),
        DatabaseModule.forRoot(databaseUrl, 'session', {
          entities: ENTITIES,
          connectTimeoutMs: CONNECT_TIMEOUT_MS,
          silence: new SilenceLimit(SILENCE.firstMs, SILENCE.maxMs),
        }),
        SecretsModule,
        WhatsappModule,
      ],
    };
  }
}
