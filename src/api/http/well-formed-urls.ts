import type { RequestHandler } from 'express';
import { InvalidRequest } from './request.errors.js';

/**
 * Rejects URLs that are not percent-encoded UTF-8, or contain NUL, which Postgres cannot store. Express would reject
 * such paths, but replace characters in queries.
 *
 * @throws InvalidRequest
 */
export function wellFormedUrls(): RequestHandler {
  return ({ url }, _response, next) => {
    if (url.includes('%') && decode(url).includes('\0'))
      throw new InvalidRequest('The URL contains the character NUL (%00). Remove it.');
    next();
  };
}

function decode(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    throw new InvalidRequest(
      'The URL is not encoded correctly. Encode texts as UTF-8 and "%" as %25, for example ?search=100%25.',
    );
  }
}
