import cors from 'cors';
import type { RequestHandler } from 'express';

const EXPOSED_HEADERS = [
  'Changes-Next',
  'Contacts-Sync',
  'Content-Disposition',
  'ETag',
  'Idempotent-Replayed',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'WWW-Authenticate',
  'X-Request-Id',
];

/**
 * Allows the pages of these origins to call the API from a browser, with the headers of their choice. The API uses no
 * cookies, so a page needs a key. Requests from other origins are left to the routes: those of passkeys allow some.
 */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  const allow = cors({
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: 600,
  }) as RequestHandler;
  return (request, response, next) => {
    const { origin } = request.headers;
    response.vary('Origin');
    if (origin !== undefined && origins.includes(origin)) allow(request, response, next);
    else next();
  };
}
