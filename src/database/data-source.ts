import { DataSource, type DataSourceOptions } from 'typeorm';
import { applicationName } from './application-name.js';
import { PostgresClient } from './postgres-client.js';

export type Entities = NonNullable<DataSourceOptions['entities']>;

export interface ConnectionOptions {
  /** Entity classes of the tables that TypeORM maps; see src/entities.ts. */
  entities: Entities;
  /** What Postgres shows the connections as. */
  application?: string;
  maxConnections?: number;
  /** How long work waits for a free connection. */
  connectTimeoutMs?: number;
  /** How long a caller waits for the answer to one statement; undefined: for ever. */
  queryTimeoutMs?: number;
}

/**
 * Options of the one data source, for the API, the session and the migrations.
 *
 * `synchronize` is off for good: the schema changes by the migrations alone. The migrations are found only in the
 * built service (`dist/migrations`).
 */
export function dataSourceOptions(
  url: string,
  {
    entities,
    application = 'whatsapp-contacts',
    maxConnections = 10,
    connectTimeoutMs = 5_000,
    queryTimeoutMs,
  }: ConnectionOptions,
): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities,
    synchronize: false,
    migrationsTableName: 'migration',
    logging: false,
    connectTimeoutMS: connectTimeoutMs,
    poolSize: maxConnections,
    extra: {
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      ...(queryTimeoutMs && { query_timeout: queryTimeoutMs }),
      application_name: application,
      Client: PostgresClient,
    },
  };
}

/** A data source for what runs outside of Nest: migrations and their check. */
export function migrationDataSource(url: string, entities: Entities): DataSource {
  const migrations = [`${import.meta.dirname}/../migrations/*.js`];
  return new DataSource({
    ...dataSourceOptions(url, {
      entities,
      application: applicationName('any', 'migrations'),
      maxConnections: 3,
    }),
    migrations,
  });
}
