// Loaded first, because it guards the output of all modules that are loaded after it.
import './whatsapp/worker/thread-logger.js';
import 'reflect-metadata';
import { parentPort, workerData } from 'node:worker_threads';
import { NestFactory } from '@nestjs/core';
import { register } from 'prom-client';
import { NumberCheckPruner } from './contacts/checks/number-check-pruner.js';
import { migrate } from './database/migrations.js';
import { ENTITIES } from './entities.js';
import { FeedPruner } from './feed/feed-pruner.js';
import { Log } from './kernel/logging/log.js';
import { measureThread } from './kernel/thread-metrics.js';
import { SecretKeys } from './secrets/secret-keys.js';
import { SessionRoleModule } from './session-role.module.js';
import { SessionMetricsRepository } from './sessions/session-metrics.repository.js';
import { shareAsyncStorages } from './whatsapp/baileys/async-storage.js';
import { verifySignatures } from './whatsapp/baileys/signature-checks.js';
import { ClientVersions } from './whatsapp/client-version/client-versions.js';
import { LeaseHolder } from './whatsapp/lease/lease-holder.js';
import { IdleCollector } from './whatsapp/worker/idle-collector.js';
import { SessionHost } from './whatsapp/worker/session-host.js';
import { measureSessions } from './whatsapp/worker/session-metrics.js';
// eslint-disable-next-line no-duplicate-imports -- the first import only determines the order
import { logger } from './whatsapp/worker/thread-logger.js';
import {
  HEARTBEAT_EVERY_MS,
  METRICS,
  type MetricsMessage,
  type SessionWorkerData,
  STARTED,
  STOP,
} from './whatsapp/worker/worker-protocol.js';

// Entry point of the worker thread that runs the WhatsApp sessions, so that they cannot block the API.
const { config, databaseUrl } = workerData as SessionWorkerData;
shareAsyncStorages();
const stop = new AbortController();
parentPort?.on('message', (message) => {
  if (message === STOP) stop.abort();
  if (message === METRICS) void sendMetrics();
});
const sendMetrics = async () => {
  const message: MetricsMessage = { metrics: await register.getMetricsAsJSON() };
  parentPort?.postMessage(message);
};
const sendHeartbeat = () => parentPort?.postMessage('alive');
sendHeartbeat();
setInterval(sendHeartbeat, HEARTBEAT_EVERY_MS);
new IdleCollector();
measureThread('session');

await verifySignatures();
await migrate(databaseUrl, ENTITIES, config.DATABASE_SCHEMA);
const app = await NestFactory.createApplicationContext(SessionRoleModule.forRoot(config, databaseUrl), {
  logger,
});
const keys = app.get(SecretKeys);
await keys.require();
await keys.register();
parentPort?.postMessage(STARTED);

// Baileys leaves some rejections unhandled. Their cause fails again on the connection, where it is reported.
const log = new Log('SessionWorker');
process.on('unhandledRejection', (err) => {
  log.warn({ err, stack: err instanceof Error ? err.stack : undefined }, 'Unhandled rejection');
});

measureSessions(app.get(SessionMetricsRepository), app.get(LeaseHolder));
await Promise.all([
  app.get(SessionHost).run(stop.signal),
  app.get(ClientVersions).run(stop.signal),
  keys.keepEncrypted(stop.signal),
  app.get(FeedPruner).run(stop.signal),
  app.get(NumberCheckPruner).run(stop.signal),
]);
await app.close();
// Timers in caches of Baileys would keep the thread running.
process.exit(0);
