import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { ENTITIES } from '../../src/entities.js';

/** Opens the data source of the service for the database of a test. */
export async function openDataSource(url: string): Promise<DataSource> {
  return new DataSource(dataSourceOptions(url, { entities: ENTITIES, maxConnections: 4 })).initialize();
}
