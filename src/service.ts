import 'reflect-metadata';
import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import { Logger } from '@nestjs/common';
import { OpsServer } from './api/ops/ops-server.js';
import { openDatabase } from './database/open-database.js';
import { type Config, isOpenToOthers } from './kernel/config/config.js';
import { npmExit } from './kernel/config/npm-exit.js';
import { loadConfigFromProcess } from './kernel/config/process-config.js';
import { describeFatalError } from './kernel/errors/fatal-error.js';
import { Log } from './kernel/logging/log.js';
import { createLogger } from './kernel/logging/logger.js';
import { listenHost, pageUrl, serverUrl } from './kernel/network/listen-address.js';
import { SessionSupervisor } from './whatsapp/worker/session-supervisor.js';

const log = new Log('Main');

interface HttpServer {
  listen(port: number, host?: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Started parts, in the order of their start. They are stopped in reverse order. */
const running: { part: string; stop: () => Promise<void> }[] = [];

/** @param stopping when aborted, starts nothing further */
async function start(config: Config, stopping: AbortSignal): Promise<SessionSupervisor> {
  await requirePort(config);
  const opening = openDatabase(config, (message) => log.info({}, message));
  running.push({ part: 'database', stop: () => opening.then((opened) => opened.close(), ignore) });
  // Loaded while Postgres starts in its process.
  const [database] = await Promise.all([opening, loadApi(config)]);
  stopping.throwIfAborted();

  const isTerminal = process.stdout.isTTY;
  const sessions = new SessionSupervisor({ config, databaseUrl: database.url, isTerminal });
  const server = await createServer(config, database.url, sessions);
  stopping.throwIfAborted();
  await server.listen(config.PORT, listenHost(config.HOST));
  running.push({ part: 'HTTP server', stop: () => server.close() });
  stopping.throwIfAborted();
  const url = serverUrl(config.HOST, config.PORT);
  log.info({ url }, 'Listening');
  if (config.ROLE !== 'session') logAnonymousAccess(config);
  if (config.ROLE === 'api') log.info({}, `Open ${pageUrl(config.HOST, config.PORT)} in a browser.`);

  if (config.ROLE !== 'api') {
    sessions.start();
    running.push({ part: 'sessions', stop: () => sessions.stop() });
  }
  return sessions;
}

async function createServer(
  config: Config,
  databaseUrl: string,
  sessions: SessionSupervisor,
): Promise<HttpServer> {
  const api = await loadApi(config);
  if (!api) return new OpsServer(config, databaseUrl, sessions);
  return api.createApi(config, databaseUrl, config.ROLE === 'all' ? sessions : null);
}

/** Session processes do not load the API, which takes a second and memory. */
async function loadApi({ ROLE }: Config) {
  return ROLE === 'session' ? null : import('./api-role.js');
}

/** Fails before a database is created if the port is not available. @throws the error of listen() */
async function requirePort({ HOST, PORT }: Config): Promise<void> {
  const server = createTcpServer().listen(PORT, listenHost(HOST));
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}

function logAnonymousAccess(config: Config): void {
  if (config.API_KEY) return;
  if (isOpenToOthers(config))
    log.warn(
      {},
      'Anyone who can reach this address can read all contacts and link accounts, because ALLOW_ANONYMOUS is true ' +
        'and API_KEY is not set',
    );
  else log.info({}, 'All users of this machine can use the API. Set API_KEY to require keys.');
}

function ignore(): void {}

async function stop(): Promise<void> {
  for (const { part, stop: stopPart } of running.splice(0).reverse()) {
    await stopPart().catch((err: unknown) => log.error({ err, part }, 'Stopping failed'));
  }
}

/**
 * Runs the service, and ends the process.
 * @param terminated aborted by a signal to stop; a start that is not complete is abandoned
 */
export async function run(terminated: AbortSignal): Promise<never> {
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve());
  });
  terminated.addEventListener('abort', () => stopping.abort());
  void npmExit().then(() => stopping.abort());
  try {
    const config = loadConfigFromProcess();
    Logger.overrideLogger(createLogger(config));
    const started = start(config, stopping.signal);
    await Promise.race([stopped, started.then((sessions) => sessions.failure)]);
    log.info({}, 'Stopping');
    await stop();
    log.info({}, 'Stopped');
    process.exit(0);
  } catch (error) {
    // Operators read this message in a terminal, so it is a sentence with advice rather than an error object.
    new Logger('Main').fatal(describeFatalError(error));
    await stop();
    process.exit(1);
  }
}
