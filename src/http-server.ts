import { BadRequestException, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { refuseForeignPages } from './access/foreign-pages.js';
import { jsonBodies } from './access/json-bodies.js';
import { AppModule } from './app.module.js';
import type { Config } from './config/config.js';
import { createLogger } from './config/logger.js';
import { migrate } from './database/migrations.js';
import { GracefulServer } from './http/graceful-server.js';
import { oneAtATime } from './http/one-at-a-time.js';
import { ErrorFilter } from './errors/error.filter.js';

/** The largest is the assertion of a passkey, with a few kilobytes. */
const MAX_BODY = '64kb';

/** Brings the database up to date and builds the HTTP application on it, not yet listening. */
export async function createHttpServer(config: Config, databaseUrl: string): Promise<GracefulServer> {
  await migrate(databaseUrl);
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(config, databaseUrl), {
    logger: createLogger(config),
    forceCloseConnections: true,
    bodyParser: false,
  });
  app.disable('x-powered-by');
  app.set('etag', false);
  // For links to this service: a proxy on this machine or in a private network says how it was called.
  app.set('trust proxy', 'loopback, linklocal, uniquelocal');
  app.use(oneAtATime());
  app.use(safeHeaders());
  if (!config.API_KEY) app.use(refuseForeignPages(config));
  app.use(jsonBodies(MAX_BODY));
  app.useGlobalFilters(new ErrorFilter());
  app.useGlobalPipes(
    new ValidationPipe({
      transform: true,
      exceptionFactory: (errors) => {
        const [message] = errors.flatMap(({ constraints }) => Object.values(constraints ?? {}));
        return new BadRequestException(message);
      },
    }),
  );
  return new GracefulServer(app);
}

/**
 * No page may show, embed or load what is here, and nobody on the way may keep it. The other headers of helmet concern pages, and
 * this serves none; each costs every answer.
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
    secure(request, response, next);
  };
}
