import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const HEADER = 'X-Request-Id';
/** What proxies and tracers use; anything else could forge lines of a log. */
const ACCEPTED = /^[\w.:+/=@-]{1,128}$/;

/** Gives the request the id that the caller has for it, or else a new one; the answer and the log carry it. */
export function assignRequestId({ headers }: IncomingMessage, response: ServerResponse): void {
  const given = headers['x-request-id'];
  response.setHeader(HEADER, typeof given === 'string' && ACCEPTED.test(given) ? given : randomUUID());
}

export function requestIdOf(response: ServerResponse): string {
  return String(response.getHeader(HEADER));
}
