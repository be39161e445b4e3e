import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { createDocument } from './document.js';

const PATH = 'api-docs';

/** Swagger UI styles its page inline; scripts come from here alone, and speak to here alone. */
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

/** `/api-docs`, a page to read and try the API with; and `/api-docs.json`. Made when somebody asks for the first time. */
export function serveApiDocs(app: NestExpressApplication): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup(PATH, app, () => (document ??= createDocument(app)), {
    jsonDocumentUrl: `${PATH}.json`,
    raw: ['json'],
    customSiteTitle: 'whatsapp-contacts API',
    swaggerOptions: { persistAuthorization: false, displayRequestDuration: true },
  });
}
