import { Logger } from '@nestjs/common';
import { ENTITIES } from '../entities.js';
import { loadConfigFromProcess } from '../kernel/config/process-config.js';
import { createLogger } from '../kernel/logging/logger.js';
import { migrate } from './migrations.js';
import { openDatabase } from './open-database.js';

/** `npm run migration:run`: migrates the configured or embedded database, and exits. */
try {
  const config = loadConfigFromProcess();
  Logger.overrideLogger(createLogger(config));
  const database = await openDatabase(config, console.error);
  try {
    await migrate(database.url, ENTITIES, config.DATABASE_SCHEMA);
    console.log('The database is up to date.');
  } finally {
    await database.close();
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
