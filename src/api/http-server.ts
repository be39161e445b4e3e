import type { DynamicModule, INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import { ContactsRepository } from '../contacts/read/contacts.repository.js';
import { DatabaseHealth } from '../database/database.health.js';
import { ProbePool } from '../database/probe-pool.js';
import type { Config } from '../kernel/config/config.js';
import { createLogger } from '../kernel/logging/logger.js';
import { SecretKeys } from '../secrets/secret-keys.js';
import { SessionStateRepository } from '../sessions/session-state.repository.js';
import { MetricsAccess } from './access/metrics-access.js';
import { allowOrigins } from './http/cross-origin.js';
import { ErrorFilter } from './http/error.filter.js';
import { refuseForeignPages } from './http/foreign-pages.js';
import { GracefulServer } from './http/graceful-server.js';
import { jsonBodies } from './http/json-bodies.js';
import { oneAtATime } from './http/one-at-a-time.js';
import { RequestValidation } from './http/request-validation.js';
import { Stopping } from './http/stopping.js';
import { UndeclaredInputGuard } from './http/undeclared-input.guard.js';
import { UnknownRouteFilter } from './http/unknown-route.filter.js';
import { wellFormedUrls } from './http/well-formed-urls.js';
import { apiDocsPolicy, isApiDocs, serveApiDocs } from './openapi/api-docs.js';
import { measureDeployment } from './ops/deployment-metrics.js';
import { type MeasuredThread, Metrics } from './ops/metrics.js';
import { OpsRoutes, type ProbedProcess } from './ops/ops-routes.js';
import { RouteHealth } from './ops/route-health.js';
import { isPage, pagePolicy, servePage } from './page/web-page.js';

/** In bytes. The largest body is a passkey assertion with a few kilobytes. */
const MAX_BODY = 64 * 1024;

/** The thread that runs the sessions. */
export type SessionThread = MeasuredThread & Pick<ProbedProcess, 'hasStarted'>;

/**
 * Creates the HTTP server. It does not listen yet.
 *
 * @param sessions null in a process without sessions
 * @throws SecretsError if secrets are encrypted with a key that is not configured
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
  app.set('trust proxy', config.TRUSTED_PROXIES);
  app.use(oneAtATime());
  app.use(safeHeaders());
  if (config.CORS_ORIGINS.length > 0) app.use(allowOrigins(config.CORS_ORIGINS));
  if (!config.API_KEY) app.use(refuseForeignPages(config));
  const ops = opsRoutes(app, config, sessions);
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (!ops.handle(request, response)) next();
  });
  app.use(jsonBodies(MAX_BODY));
  const errors = new ErrorFilter();
  app.useGlobalFilters(errors, new UnknownRouteFilter(errors));
  // After the AccessGuard of AccessApiModule.
  app.useGlobalGuards(new UndeclaredInputGuard());
  app.useGlobalPipes(new RequestValidation());
  serveApiDocs(app);
  servePage(app);
  app.use(wellFormedUrls());
  return new GracefulServer(app);
}

function opsRoutes(app: INestApplication, config: Config, sessions: SessionThread | null): OpsRoutes {
  const database = new RouteHealth(
    app.get(DatabaseHealth),
    app.get(ContactsRepository),
    app.get(SessionStateRepository),
  );
  const stopping = app.get(Stopping);
  const pool = app.get(ProbePool);
  measureDeployment(pool);
  return new OpsRoutes({
    process: {
      // The database is migrated before the server listens, so only the session thread may not have started.
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
 * Forbids browsers to display, embed or load API responses, and caches to store them. The other headers of helmet
 * protect pages, which have their own policies. Each header makes every response slower.
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
