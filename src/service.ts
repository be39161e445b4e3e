import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import { type Config, isOpenToOthers, loadConfigFromProcess } from './kernel/config/config.js';
import { createLogger } from './kernel/logging/logger.js';
import { npmExit } from './kernel/config/npm-exit.js';
import { openDatabase } from './database/open-database.js';
import { describeFatalError } from './kernel/errors/fatal-error.js';
import { OpsServer } from './api/ops/ops-server.js';
import { SessionSupervisor } from './whatsapp/worker/session-supervisor.js';

const logger = new Logger('Main');

interface HttpServer {
  listen(port: number, host: string): Promise<unknown>;
  close(): Promise<void>;
}

/** What was started, to be stopped in the opposite order. */
const running: { name: string; stop: () => Promise<void> }[] = [];

async function start(config: Config): Promise<SessionSupervisor> {
  await requirePort(config);
  const database = await openDatabase(config, (message) => logger.log(message));
  running.push({ name: 'database', stop: () => database.close() });

  const isTerminal = process.stdout.isTTY;
  const session = new SessionSupervisor({ config, databaseUrl: database.url, isTerminal });
  const server = await createServer(config, database.url, session);
  await server.listen(config.PORT, config.HOST);
  running.push({ name: 'HTTP', stop: () => server.close() });
  const page = config.ROLE === 'session' ? '' : ': open it in a browser to link an account';
  logger.log(`Listening on http://${config.HOST}:${config.PORT}${page}`);
  if (config.ROLE !== 'session') tellWhoMayCall(config);

  if (config.ROLE !== 'api') {
    session.start();
    running.push({ name: 'session', stop: () => session.stop() });
  }
  return session;
}

async function createServer(
  config: Config,
  databaseUrl: string,
  session: SessionSupervisor,
): Promise<HttpServer> {
  if (config.ROLE === 'session') return new OpsServer(config, databaseUrl, session);
  const { createApi } = await import('./api-role.js');
  return createApi(config, databaseUrl, config.ROLE === 'all' ? session : null);
}

/** Before a database is created for nothing. @throws what listening does */
async function requirePort({ HOST, PORT }: Config): Promise<void> {
  const server = createTcpServer().listen(PORT, HOST);
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}

function tellWhoMayCall(config: Config): void {
  if (config.API_KEY) return;
  if (isOpenToOthers(config))
    logger.warn(
      'ANYBODY who reaches this address can read all contacts and link accounts: ALLOW_ANONYMOUS is true, and API_KEY is not set.',
    );
  else logger.log('Everybody on this machine may use the API. Set API_KEY to ask for keys.');
}

async function stop(): Promise<void> {
  for (const part of running.splice(0).reverse()) {
    await part
      .stop()
      .catch((error: unknown) => logger.error(`Stopping ${part.name} failed`, (error as Error).stack));
  }
}

try {
  const config = loadConfigFromProcess();
  Logger.overrideLogger(createLogger(config));
  const signal = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT'), npmExit()]);
  const session = await start(config);
  await Promise.race([signal, session.failure]);
  logger.log('Stopping');
  await stop();
  process.exit(0);
} catch (error) {
  logger.fatal(describeFatalError(error));
  await stop();
  process.exit(1);
}
