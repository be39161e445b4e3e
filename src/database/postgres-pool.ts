import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

/**
 * Returns the pool that TypeORM uses, for queries that do not need TypeORM. Do not name queries: pg would prepare them
 * once per connection, which fails behind a pooler in transaction mode.
 */
export function poolOf(dataSource: DataSource): Pool {
  return (dataSource.driver as PostgresDriver).master as Pool;
}
