import type { NestExpressApplication } from '@nestjs/platform-express';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { join } from 'node:path';
import sirv from 'sirv';

/** As the build writes it (web/vite.config.ts). */
const FILES = join(import.meta.dirname, '../../web');
const ASSETS = '/assets/';

/** Pictures are read with the key of the page, hence `blob:`. No script makes markup or scripts out of text. */
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
  // Whether the service is reached by HTTPS is decided before it.
  strictTransportSecurity: false,
  xFrameOptions: { action: 'deny' },
}) as RequestHandler;

export function isPage(url: string): boolean {
  return url === '/' || url.startsWith('/?') || url.startsWith(ASSETS);
}

/** The page at `/`. Its files have their contents in their names, but for the first one. */
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
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead && isPage(request.url)) files(request, response, next);
    else next();
  }) as RequestHandler);
}
