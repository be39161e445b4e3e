import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import sirv from 'sirv';
import { MethodNotAllowed, READ_METHODS } from '../http/http.errors.js';

/** The output folder in web/vite.config.ts. */
const FILES = join(import.meta.dirname, '../../web');
const ASSETS = '/assets/';

/** `blob:` is for pictures, which the page fetches with its API key. Trusted types forbid markup from text. */
export const pagePolicy = helmet({
  contentSecurityPolicy: {
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'blob:'],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
      requireTrustedTypesFor: ["'script'"],
      trustedTypes: ["'none'"],
    },
    useDefaults: false,
  },
  // The proxy in front of the service decides whether clients use HTTPS.
  strictTransportSecurity: false,
  xFrameOptions: { action: 'deny' },
}) as RequestHandler;

export function isPage(url: string): boolean {
  return url === '/' || url.startsWith('/?') || url.startsWith(ASSETS);
}

/** Serves the page at `/`. The names of its assets contain a hash of the content, so they can be cached forever. */
export function servePage(app: NestExpressApplication): void {
  const files = sirv(FILES, {
    brotli: true,
    gzip: true,
    etag: true,
    setHeaders: (response, path) =>
      response.setHeader(
        'Cache-Control',
        path.startsWith(ASSETS) ? 'public, max-age=31536000, immutable' : 'no-cache',
      ),
  });
  app.use(((request, response, next) => {
    if (!isPage(request.url)) return next();
    if (!READ_METHODS.includes(request.method)) throw new MethodNotAllowed(request.method, READ_METHODS);
    files(request, response, next);
  }) as RequestHandler);
}
