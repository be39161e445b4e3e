import type { IncomingHttpHeaders } from 'node:http';

/** The key that a request brings, by `Authorization: Bearer …` or else `X-API-Key`; null: none. */
export function givenKey(headers: IncomingHttpHeaders): string | null {
  const [, bearer] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const given = bearer ?? headers['x-api-key'];
  return typeof given === 'string' && given ? given : null;
}
