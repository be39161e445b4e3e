import type { Request } from 'express';

/**
 * Whether the caller has the answer with this ETag already, by `If-None-Match` (RFC 9110, 13.1.2). Not Express' `request.fresh`: that
 * denies it to who sends `Cache-Control: no-cache`, as fetch() does with every conditional request.
 */
export function isHeld({ headers }: Request, etag: string): boolean {
  const tags = (headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}
