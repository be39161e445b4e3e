import { type DynamicModule, type INestApplication, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import { refuseForeignPages } from './http/foreign-pages.js';
import { jsonBodies } from './http/json-bodies.js';
import { MetricsAccess } from './access/metrics-access.js';
import type { Config } from '../kernel/config/config.js';
import { createLogger } from '../kernel/logging/logger.js';
import { DatabaseHealth } from '../database/database.health.js';
import { GracefulServer } from './http/graceful-server.js';
import { oneAtATime } from './http/one-at-a-time.js';
import { ErrorFilter } from './http/error.filter.js';
import { InvalidRequest } from './http/request.errors.js';
import { ProbePool } from '../database/probe-pool.js';
import { measureDeployment } from './ops/deployment-metrics.js';
import { type MeasuredThread, Metrics } from './ops/metrics.js';
import { OpsRoutes, type ProbedProcess } from './ops/ops-routes.js';
import { Stopping } from './http/stopping.js';
import { firstMessage } from './http/validation.js';
import { SecretKeys } from '../secrets/secret-keys.js';
import { apiDocsPolicy, isApiDocs, serveApiDocs } from './openapi/api-docs.js';
import { isPage, pagePolicy, servePage } from './page/web-page.js';

/** The largest is the assertion of a passkey, with a few kilobytes. */
const MAX_BODY = '64kb';

/** The thread that runs the sessions; see ProbedProcess and MeasuredThread. */
export type SessionThread = MeasuredThread & Pick<ProbedProcess, 'hasStarted'>;

/**
 * Builds the HTTP application, not yet listening.
 * @param sessions null in a process that runs no sessions
 * @throws SecretsError when secrets are encrypted with a key that is not supplied
 */
export async function createHttpServer(
  module: DynamicModule,
  config: Config,
  sessions: SessionThread | null,
): Promise<GracefulServer> {
  const app = await NestFactory.create<NestExpressApplication>(module, {
    logger: createLogger(config),
    forceCloseConnections: true,
    bodyParser: false,
  });
  const keys = app.get(SecretKeys);
  await keys.require();
  void keys.followCompletion(app.get(Stopping).signal);
  app.disable('x-powered-by');
  app.set('etag', false);
  // For links to this service: a proxy on this machine or in a private network says how it was called.
  app.set('trust proxy', 'loopback, linklocal, uniquelocal');
  app.use(oneAtATime());
  app.use(safeHeaders());
  if (!config.API_KEY) app.use(refuseForeignPages(config));
  const ops = opsRoutes(app, config, sessions);
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (!ops.handle(request, response)) next();
  });
  app.use(jsonBodies(MAX_BODY));
  app.useGlobalFilters(new ErrorFilter());
  app.useGlobalPipes(
    new ValidationPipe({
      transform: true,
      exceptionFactory: (errors) => new InvalidRequest(firstMessage(errors)),
    }),
  );
  serveApiDocs(app);
  servePage(app);
  return new GracefulServer(app);
}

function opsRoutes(app: INestApplication, config: Config, sessions: SessionThread | null): OpsRoutes {
  const database = app.get(DatabaseHealth);
  const stopping = app.get(Stopping);
  const pool = app.get(ProbePool);
  measureDeployment(pool);
  return new OpsRoutes({
    process: {
      // The database is migrated before the server listens, so only the session thread can still be missing.
      get hasStarted() {
        return sessions?.hasStarted ?? true;
      },
      get isStopping() {
        return stopping.hasBegun;
      },
    },
    database,
    metrics: new Metrics(config, database, sessions),
    access: new MetricsAccess(config, pool),
  });
}

/**
 * No page may show, embed or load what is here, and nobody on the way may keep it. The other headers of helmet concern pages, which
 * have policies of their own; each costs every answer.
 */
function safeHeaders(): RequestHandler {
  const secure = helmet({
    contentSecurityPolicy: {
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      useDefaults: false,
    },
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    referrerPolicy: false,
    strictTransportSecurity: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xFrameOptions: false,
    xPermittedCrossDomainPolicies: false,
    xPoweredBy: false,
    xXssProtection: false,
  });
  return (request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    policyOf(request.url, secure)(request, response, next);
  };
}

function policyOf(url: string, secure: RequestHandler): RequestHandler {
  if (isPage(url)) return pagePolicy;
  return isApiDocs(url) ? apiDocsPolicy : secure;
}
