import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { once } from 'node:events';
import { type Config, loadConfigFromProcess } from './config/config.js';
import { createLogger } from './config/logger.js';
import { endOfNpm } from './config/started-by-npm.js';
import { migrate } from './database/migrations.js';
import { openDatabase } from './database/open-database.js';
import { createHttpServer } from './http-server.js';
import { SessionSupervisor } from './whatsapp/worker/session-supervisor.js';

const logger = new Logger('Main');

/** What was started, to be stopped in the opposite order. */
const running: { name: string; stop: () => Promise<void> }[] = [];

async function start(config: Config): Promise<void> {
  const database = await openDatabase(config, (message) => logger.log(message));
  running.push({ name: 'database', stop: () => database.close() });
  await migrate(database.url);

  const server = await createHttpServer(config, database.url);
  await server.listen(config.PORT, config.HOST);
  running.push({ name: 'HTTP', stop: () => server.close() });
  logger.log(`Listening on http://${config.HOST}:${config.PORT}`);

  if (config.ROLE !== 'api') {
    const session = new SessionSupervisor({ config, databaseUrl: database.url });
    session.start();
    running.push({ name: 'session', stop: () => session.stop() });
  }
}

async function stop(): Promise<void> {
  for (const part of running.splice(0).reverse()) {
    await part
      .stop()
      .catch((error: unknown) => logger.error(`Stopping ${part.name} failed`, (error as Error).stack));
  }
}

/** A fault of the operator's making is one sentence; a fault of ours shows where it is. */
function explain(error: unknown): string {
  const { name, message, stack, code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `${message}: another program uses the port. Set PORT to a free one.`;
  const isExpected = ['ConfigError', 'DatabaseError', 'EmbeddedPostgresError'].includes(
    (error as object).constructor.name,
  );
  return isExpected || code ? message : (stack ?? `${name}: ${message}`);
}

try {
  const config = loadConfigFromProcess();
  Logger.overrideLogger(createLogger(config));
  const signal = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT'), endOfNpm()]);
  await start(config);
  await signal;
  logger.log('Stopping');
  await stop();
  process.exit(0);
} catch (error) {
  console.error(explain(error));
  await stop();
  process.exit(1);
}
