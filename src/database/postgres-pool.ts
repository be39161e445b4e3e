import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

/**
 * The pool below TypeORM, for reads that need no more. No query is given a name, by which pg would prepare it once a
 * connection: behind a pooler in transaction mode the next query finds another connection of the server.
 */
export function poolOf(dataSource: DataSource): Pool {
  return (dataSource.driver as PostgresDriver).master as Pool;
}
