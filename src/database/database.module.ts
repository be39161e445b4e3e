import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { dataSourceOptions } from './data-source.js';
import { DatabaseHealth } from './database.health.js';

/** One connection pool a role, to the database that main.ts has opened and migrated. */
@Module({})
export class DatabaseModule {
  static forRoot(url: string): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [TypeOrmModule.forRoot({ ...dataSourceOptions(url), retryAttempts: 1 })],
      providers: [DatabaseHealth],
      exports: [DatabaseHealth],
    };
  }
}
