import { DataSource, type DataSourceOptions } from 'typeorm';
import { applicationName } from './application-name.js';
import { PostgresClient } from './postgres-client.js';
import type { SilenceLimit } from './silence-limit.js';

export type Entities = NonNullable<DataSourceOptions['entities']>;

export interface ConnectionOptions {
  /** Entity classes of the tables that TypeORM maps; see src/entities.ts. */
  entities: Entities;
  /** Name of the connections in pg_stat_activity. */
  application?: string;
  maxConnections?: number;
  /** Maximum wait for a free connection. */
  connectTimeoutMs?: number;
  /** Maximum wait for a response; no limit if undefined. */
  silence?: SilenceLimit;
}

/**
 * Returns the options of the data source of all roles and of the migrations. `synchronize` is off, because only
 * migrations change the schema.
 */
export function dataSourceOptions(
  url: string,
  {
    entities,
    application = 'whatsapp-contacts',
    maxConnections = 10,
    connectTimeoutMs = 5_000,
    silence,
  }: ConnectionOptions,
): DataSourceOptions {
  return {
    type: 'postgres',
    entities,
    synchronize: false,
    migrationsTableName: 'migration',
    logging: false,
    connectTimeoutMS: connectTimeoutMs,
    poolSize: maxConnections,
    // PostgresClient parses the URL. TypeORM does not support all of its forms.
    extra: {
      connectionString: url,
      idleTimeoutMillis: 30_000,
      silence,
      application_name: application,
      Client: PostgresClient,
    },
  };
}

/** Creates a data source for migrations and their drift check. Finds migrations only in the built service. */
export function migrationDataSource(url: string, entities: Entities): DataSource {
  const migrations = [`${import.meta.dirname}/../migrations/*.js`];
  return new DataSource({
    ...dataSourceOptions(url, {
      entities,
      application: applicationName('any', 'migrations'),
      maxConnections: 3,
    }),
    migrations,
    // Writes nothing. The default writes a line for each failed attempt.
    logger: 'debug',
  });
}
