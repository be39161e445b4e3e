import type { Request } from 'express';

/**
 * Returns whether `If-None-Match` contains this ETag (RFC 9110, 13.1.2). Unlike `request.fresh` of Express, it ignores
 * `Cache-Control: no-cache`, which fetch() sends with every conditional request.
 */
export function isNotModified({ headers }: Request, etag: string): boolean {
  const tags = (headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}
