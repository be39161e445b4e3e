import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';

/** The data source of the service, on a test's database. */
export async function openDataSource(url: string): Promise<DataSource> {
  return new DataSource(dataSourceOptions(url, { maxConnections: 4 })).initialize();
}
