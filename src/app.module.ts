import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from './config/config.js';
import { ConfigModule } from './config/config.module.js';
import { ContactsApiModule } from './contacts/api/contacts-api.module.js';
import { DatabaseModule } from './database/database.module.js';
import { HealthModule } from './health/health.module.js';
import { SessionModule } from './session/session.module.js';

/** The HTTP side. A process of the session role alone has the probes only. */
@Module({})
export class AppModule {
  static forRoot(config: Config, databaseUrl: string): DynamicModule {
    const routes = config.ROLE === 'session' ? [] : [ContactsApiModule, SessionModule];
    return {
      module: AppModule,
      imports: [ConfigModule.forRoot(config), DatabaseModule.forRoot(databaseUrl), HealthModule, ...routes],
    };
  }
}
