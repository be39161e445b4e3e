import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule } from './access/access.module.js';
import type { Config } from './kernel/config/config.js';
import { ConfigModule } from './kernel/config/config.module.js';
import { ContactsHttpModule } from './api/contacts/contacts-api.module.js';
import { DatabaseModule } from './database/database.module.js';
import { FeedHttpModule } from './api/changes/changes-api.module.js';
import { HttpModule } from './api/http/http.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';
import { McpModule } from './api/mcp/mcp.module.js';
import { SecretsModule } from './secrets/secrets.module.js';
import { SessionsHttpModule } from './api/sessions/sessions-api.module.js';

/** A database that has stopped to answer is said to be away before the caller's connection ends. */
const QUERY_TIMEOUT_MS = 30_000;

/** The HTTP side. */
@Module({})
export class AppModule {
  static forRoot(config: Config, databaseUrl: string): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        DatabaseModule.forRoot(databaseUrl, 'api', { queryTimeoutMs: QUERY_TIMEOUT_MS }),
        AccessModule,
        HttpModule,
        ContactsHttpModule,
        FeedHttpModule,
        McpModule,
        SecretsModule,
        SessionsHttpModule,
        WebhooksModule,
      ],
    };
  }
}
