import { migrationDataSource } from '../database/data-source.js';
import { migrate } from '../database/migrations.js';
import { openDatabase } from '../database/open-database.js';
import { ENTITIES } from '../entities.js';
import { loadConfigFromProcess } from '../kernel/config/process-config.js';

/**
 * `npm run migration:drift`: migrates the configured or embedded database, and fails if its schema differs from the
 * entities. Prints the missing SQL.
 */
try {
  const config = loadConfigFromProcess();
  const database = await openDatabase(config, console.error);
  try {
    await migrate(database.url, ENTITIES, config.DATABASE_SCHEMA);
    const dataSource = await (await migrationDataSource(database.url, ENTITIES)).initialize();
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    await dataSource.destroy();
    for (const { query } of upQueries) console.error(`${query};`);
    console.log(
      upQueries.length === 0 ? 'Entities and migrations match.' : 'Entities and migrations differ.',
    );
    process.exitCode = upQueries.length === 0 ? 0 : 1;
  } finally {
    await database.close();
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
