import type { IncomingHttpHeaders } from 'node:http';

/** Returns the key in `Authorization: Bearer …` or `X-API-Key`; null if there is none. */
export function keyOf(headers: IncomingHttpHeaders): string | null {
  const [, bearer] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const key = bearer ?? headers['x-api-key'];
  return typeof key === 'string' && key ? key : null;
}
