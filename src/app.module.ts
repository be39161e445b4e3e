import { type DynamicModule, Module } from '@nestjs/common';
import { AccessApiModule } from './api/access/access-api.module.js';
import { ChangesApiModule } from './api/changes/changes-api.module.js';
import { ContactsApiModule } from './api/contacts/contacts-api.module.js';
import { HttpModule } from './api/http/http.module.js';
import { KeysApiModule } from './api/keys/keys-api.module.js';
import { LoggingApiModule } from './api/logging/logging-api.module.js';
import { McpApiModule } from './api/mcp/mcp-api.module.js';
import { SessionsApiModule } from './api/sessions/sessions-api.module.js';
import { WebhooksApiModule } from './api/webhooks/webhooks-api.module.js';
import { DatabaseModule } from './database/database.module.js';
import { SilenceLimit } from './database/silence-limit.js';
import { ENTITIES } from './entities.js';
import type { Config } from './kernel/config/config.js';
import { ConfigModule } from './kernel/config/config.module.js';
import { SecretsModule } from './secrets/secrets.module.js';

/** Lists and searches may take 10 s. Connections that were dropped silently are replaced within 20 s. */
const SILENCE = { firstMs: 12_000, maxMs: 30_000 };

/** Root module of the API role. */
@Module({})
export class AppModule {
  static forRoot(config: Config, databaseUrl: string): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        DatabaseModule.forRoot(databaseUrl, 'api', {
          entities: ENTITIES,
          silence: new SilenceLimit(SILENCE.firstMs, SILENCE.maxMs),
        }),
        AccessApiModule,
        HttpModule,
        KeysApiModule,
        ContactsApiModule,
        ChangesApiModule,
        LoggingApiModule,
        McpApiModule,
        SecretsModule,
        SessionsApiModule,
        WebhooksApiModule,
      ],
    };
  }
}
