import { hash } from 'node:crypto';
import type { Request, Response } from 'express';

/**
 * Returns whether `If-None-Match` contains this ETag (RFC 9110, 13.1.2). Unlike `request.fresh` of Express, it ignores
 * `Cache-Control: no-cache`, which fetch() sends with every conditional request.
 */
export function isNotModified({ headers }: Request, etag: string): boolean {
  const tags = (headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}

/** Sends a small JSON body with its hash as ETag, or 304 if the caller has it. */
export function sendConditionalJson(request: Request, response: Response, body: object): void {
  const text = JSON.stringify(body);
  const etag = `"${hash('sha1', text, 'base64url')}"`;
  response.setHeader('Cache-Control', 'private, no-cache');
  response.setHeader('ETag', etag);
  if (request.headers['if-none-match'] !== undefined && isNotModified(request, etag))
    return void response.status(304).end();
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}
