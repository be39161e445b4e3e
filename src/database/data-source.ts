import { readdir } from 'node:fs/promises';
import { DataSource, type DataSourceOptions, type MigrationInterface } from 'typeorm';
import { applicationName } from './application-name.js';
import { PostgresClient } from './postgres-client.js';
import type { SilenceLimit } from './silence-limit.js';

export type Entities = NonNullable<DataSourceOptions['entities']>;

type MigrationClass = new () => MigrationInterface;
type MigrationModule = Record<string, MigrationClass>;

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
export async function migrationDataSource(url: string, entities: Entities): Promise<DataSource> {
  return new DataSource({
    ...dataSourceOptions(url, {
      entities,
      application: applicationName('any', 'migrations'),
      maxConnections: 3,
    }),
    migrations: await loadMigrations(),
    // Writes nothing. The default writes a line for each failed attempt.
    logger: 'debug',
  });
}

/** Imports one file after the other. TypeORM would import all at the same time, with eval, which Jest cannot do. */
async function loadMigrations(): Promise<NonNullable<DataSourceOptions['migrations']>> {
  const directory = new URL('../migrations/', import.meta.url);
  const files = (await readdir(directory)).filter((file) => file.endsWith('.js')).sort();
  const classes: MigrationClass[] = [];
  for (const file of files)
    classes.push(...Object.values((await import(new URL(file, directory).href)) as MigrationModule));
  return classes;
}
