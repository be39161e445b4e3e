import { type DynamicModule, Module } from '@nestjs/common';
import { InjectDataSource, TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { applicationName } from './application-name.js';
import { type ConnectionOptions, dataSourceOptions } from './data-source.js';
import { DatabaseHealth } from './database.health.js';
import { LeasePool } from './lease-pool.js';
import { Listener } from './listener.js';
import { measurePool } from './pool-metrics.js';
import { poolOf } from './postgres-pool.js';
import { ProbePool } from './probe-pool.js';
import { StreamPool } from './stream-pool.js';

/** Pool of TypeORM, for all work without a dedicated pool. */
const QUERIES = 'queries';

/** Connection pools of a role, to the database that service.ts has opened and migrated. */
@Module({})
export class DatabaseModule {
  constructor(@InjectDataSource() dataSource: DataSource) {
    measurePool(QUERIES, poolOf(dataSource));
  }

  static forRoot(url: string, role: string, options: ConnectionOptions): DynamicModule {
    const application = applicationName(role, QUERIES);
    return {
      module: DatabaseModule,
      global: true,
      imports: [
        TypeOrmModule.forRoot({ ...dataSourceOptions(url, { application, ...options }), retryAttempts: 1 }),
      ],
      providers: [
        {
          provide: DatabaseHealth,
          inject: [ProbePool],
          useFactory: (pool: ProbePool) => new DatabaseHealth(pool, false),
        },
        { provide: StreamPool, useFactory: () => new StreamPool(url, role) },
        { provide: Listener, useFactory: () => new Listener(url, role) },
        { provide: ProbePool, useFactory: () => new ProbePool(url, role) },
        { provide: LeasePool, useFactory: () => new LeasePool(url, role) },
      ],
      exports: [DatabaseHealth, LeasePool, Listener, ProbePool, StreamPool],
    };
  }
}
