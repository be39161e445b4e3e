import { type DynamicModule, Module } from '@nestjs/common';
import { Config } from './config.js';

/** Provides the configuration, which service.ts reads once, for injection. */
@Module({})
export class ConfigModule {
  static forRoot(config: Config): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [{ provide: Config, useValue: config }],
      exports: [Config],
    };
  }
}
