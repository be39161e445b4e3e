import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { type ConnectionLimits, dataSourceOptions } from './data-source.js';
import { DatabaseHealth } from './database.health.js';
import { LeasePool } from './lease-pool.js';
import { ProbePool } from './probe-pool.js';
import { StreamPool } from './stream-pool.js';

/** The connection pools of a role, to the database that main.ts has opened and migrated. */
@Module({})
export class DatabaseModule {
  static forRoot(url: string, options: ConnectionLimits = {}): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [TypeOrmModule.forRoot({ ...dataSourceOptions(url, options), retryAttempts: 1 })],
      providers: [
        {
          provide: DatabaseHealth,
          inject: [ProbePool],
          useFactory: (pool: ProbePool) => new DatabaseHealth(pool, false),
        },
        { provide: StreamPool, useFactory: () => new StreamPool(url) },
        { provide: ProbePool, useFactory: () => new ProbePool(url) },
        { provide: LeasePool, useFactory: () => new LeasePool(url) },
      ],
      exports: [DatabaseHealth, LeasePool, StreamPool],
    };
  }
}
