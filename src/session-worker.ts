import { logger } from './whatsapp/worker/thread-logger.js';
import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { parentPort, workerData } from 'node:worker_threads';
import { register } from 'prom-client';
import { migrate } from './database/migrations.js';
import { ENTITIES } from './entities.js';
import { FeedPruner } from './feed/feed-pruner.js';
import { measureThread } from './kernel/thread-metrics.js';
import { SecretKeys } from './secrets/secret-keys.js';
import { SessionRoleModule } from './session-role.module.js';
import { shareAsyncStorages } from './whatsapp/baileys/async-storage.js';
import { verifySignatures } from './whatsapp/baileys/signature-checks.js';
import { ClientVersions } from './whatsapp/client-version/client-versions.js';
import { IdleCollector } from './whatsapp/worker/idle-collector.js';
import { LeaseHolder } from './whatsapp/lease/lease-holder.js';
import { SessionMetricsRepository } from './sessions/session-metrics.repository.js';
import { SessionHost } from './whatsapp/worker/session-host.js';
import { measureSessions } from './whatsapp/worker/session-metrics.js';
import {
  HEARTBEAT_EVERY_MS,
  METRICS,
  type MetricsMessage,
  STARTED,
  STOP,
  type SessionWorkerData,
} from './whatsapp/worker/worker-protocol.js';

/** Entry of the worker thread in which the WhatsApp sessions run, so that nothing they do stalls the API. */
const { config, databaseUrl } = workerData as SessionWorkerData;
shareAsyncStorages();
const stop = new AbortController();
parentPort?.on('message', (message) => {
  if (message === STOP) stop.abort();
  if (message === METRICS) void tellMetrics();
});
const tellMetrics = async () => {
  const message: MetricsMessage = { metrics: await register.getMetricsAsJSON() };
  parentPort?.postMessage(message);
};
const beat = () => parentPort?.postMessage('alive');
beat();
setInterval(beat, HEARTBEAT_EVERY_MS);
new IdleCollector();
measureThread('session');

await verifySignatures();
await migrate(databaseUrl, ENTITIES);
const app = await NestFactory.createApplicationContext(SessionRoleModule.forRoot(config, databaseUrl), {
  logger,
});
const keys = app.get(SecretKeys);
await keys.require();
await keys.register();
parentPort?.postMessage(STARTED);

// Baileys leaves some promises to themselves; what fails there fails again, and visibly, on the connection.
process.on('unhandledRejection', (error) => {
  new Logger('SessionWorker').warn(`Left unhandled: ${error instanceof Error ? error.stack : String(error)}`);
});

measureSessions(app.get(SessionMetricsRepository), app.get(LeaseHolder));
await Promise.all([
  app.get(SessionHost).run(stop.signal),
  app.get(ClientVersions).run(stop.signal),
  keys.keepEncrypted(stop.signal),
  app.get(FeedPruner).run(stop.signal),
]);
await app.close();
// Ends the thread: caches of Baileys hold timers that would keep it alive.
process.exit(0);
