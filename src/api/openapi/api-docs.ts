import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import sirv from 'sirv';
import { isNotModified } from '../http/conditional.js';
import { type Encoding, encodingFor } from '../http/encodings.js';
import { createDocument } from './document.js';

const PATH = '/api-docs';
/** The files of Swagger UI, in a folder named by its version: see scripts/copy-swagger-ui.mjs. */
const FILES = join(import.meta.dirname, '../../api-docs');

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
  return url.startsWith(PATH);
}

/** Addresses are relative to `/api-docs`, because a proxy can serve the page below any path. */
const pageOf = (version: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>whatsapp-contacts API</title>
    <link rel="stylesheet" href="api-docs/${version}/swagger-ui.css" />
    <link rel="icon" type="image/png" href="api-docs/${version}/favicon-32x32.png" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="api-docs/${version}/swagger-ui-bundle.js"></script>
    <script src="api-docs/start.js"></script>
  </body>
</html>
`;

const START = `SwaggerUIBundle({
  url: 'api-docs.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  persistAuthorization: false,
  displayRequestDuration: true,
});
`;

/** A text that stays the same while the process runs. Compresses it once for each encoding. */
class StaticText {
  private readonly compressed = new Map<string, Promise<Buffer>>();
  private content: { text: string; hash: string } | null = null;

  /** @param create is called by the first request */
  constructor(
    private readonly contentType: string,
    private readonly create: () => string,
  ) {}

  readonly send = async (request: Request, response: Response): Promise<void> => {
    const { text, hash } = (this.content ??= withHash(this.create()));
    const encoding = encodingFor(request);
    const etag = `"${hash}${encoding ? `-${encoding.name}` : ''}"`;
    response.set({ 'Cache-Control': 'no-cache', ETag: etag }).vary('Accept-Encoding');
    if (isNotModified(request, etag)) return void response.status(304).end();
    const body = encoding ? await this.compress(text, encoding) : Buffer.from(text);
    if (encoding) response.set('Content-Encoding', encoding.name);
    response.set({ 'Content-Type': this.contentType, 'Content-Length': String(body.length) });
    response.end(body);
  };

  private compress(text: string, { name, create }: Encoding): Promise<Buffer> {
    const body =
      this.compressed.get(name) ?? buffer(Readable.from([text], { objectMode: false }).pipe(create()));
    this.compressed.set(name, body);
    return body;
  }
}

function withHash(text: string): { text: string; hash: string } {
  return { text, hash: createHash('sha256').update(text).digest('base64url').slice(0, 22) };
}

/** Serves the page `/api-docs` and the document `/api-docs.json`. The first request creates the document. */
export function serveApiDocs(app: NestExpressApplication): void {
  const [version = ''] = readdirSync(FILES);
  const texts: Record<string, StaticText> = {
    [PATH]: new StaticText('text/html; charset=utf-8', () => pageOf(version)),
    [`${PATH}/start.js`]: new StaticText('text/javascript; charset=utf-8', () => START),
    [`${PATH}.json`]: new StaticText('application/json; charset=utf-8', () =>
      JSON.stringify(createDocument(app)),
    ),
  };
  const files = sirv(FILES, {
    brotli: true,
    gzip: true,
    etag: true,
    setHeaders: (response) => response.setHeader('Cache-Control', 'public, max-age=31536000, immutable'),
  });
  // Routes, unlike middleware, also determine the methods in responses with 405.
  const express = app.getHttpAdapter().getInstance();
  for (const [path, text] of Object.entries(texts))
    express.get(path, (request, response, next) => {
      if (request.path === `${PATH}/`) return response.redirect(308, `..${PATH}`);
      return text.send(request, response).catch(next);
    });
  app.use(PATH, files);
}
