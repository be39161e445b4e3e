import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const HEADER = 'X-Request-Id';
/** The characters that proxies and tracers use. Others could forge log lines. */
const ACCEPTED = /^[\w.:+/=@-]{1,128}$/;

/** Sets the response header to the ID from the caller, or to a new one. The log contains it, too. */
export function assignRequestId({ headers }: IncomingMessage, response: ServerResponse): void {
  const given = headers['x-request-id'];
  response.setHeader(HEADER, typeof given === 'string' && ACCEPTED.test(given) ? given : randomUUID());
}

export function requestIdOf(response: ServerResponse): string {
  return String(response.getHeader(HEADER));
}
