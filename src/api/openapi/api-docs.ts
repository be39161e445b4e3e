import type { NestExpressApplication } from '@nestjs/platform-express';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { createDocument } from './document.js';

const PATH = 'api-docs';

/** Swagger UI needs inline styles. Scripts are loaded from this service only, and can connect to it only. */
export const apiDocsPolicy = helmet({
  contentSecurityPolicy: {
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
    useDefaults: false,
  },
}) as RequestHandler;

export function isApiDocs(url: string): boolean {
  return url.startsWith(`/${PATH}`);
}

/** Serves the page `/api-docs` and the document `/api-docs.json`. The first request creates the document. */
export function serveApiDocs(app: NestExpressApplication): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup(PATH, app, () => (document ??= createDocument(app)), {
    jsonDocumentUrl: `${PATH}.json`,
    raw: ['json'],
    customSiteTitle: 'whatsapp-contacts API',
    swaggerOptions: { persistAuthorization: false, displayRequestDuration: true },
  });
}
