import type { HeaderObject, ParameterObject, ResponseObject } from './types.js';

const header = (description: string, example: string | number, format?: 'int64'): HeaderObject => ({
  description,
  schema: {
    ...(typeof example === 'number' ? { type: 'integer', minimum: 0, format } : { type: 'string' }),
    examples: [example],
  },
});

/** Response headers, except `X-Request-Id`, which every response has. */
export const HEADERS = {
  'Contacts-Sync': header(
    '`partial` until the first sync after linking is complete, then `complete`',
    'complete',
  ),
  'Changes-Next': header(
    'Number of the last change that the list contains. GET /changes?after={number} returns later changes.',
    1_767_261_600_000_042,
    'int64',
  ),
  'Content-Disposition': header('Suggested file name', 'attachment; filename=contacts.vcf'),
  ETag: header('Version of the response, for If-None-Match', '"1-7-42-complete"'),
  Location: header(
    'Path of the created resource, including the path under which a proxy publishes the service; or relative path of ' +
      'the contact that remains after a merge',
    '/sessions/sales',
  ),
  'RateLimit-Policy': header(
    'Requests per window (`q`) of the API key, and its length in seconds (`w`). Only if the key is limited.',
    '"key";q=600;w=60',
  ),
  RateLimit: header(
    'Remaining requests of the API key (`r`), and seconds until the next window (`t`). Only if the key is limited.',
    '"key";r=599;t=60',
  ),
  'Retry-After': header(
    'Seconds after which the same request may succeed. Absent if waiting does not help',
    5,
  ),
  'WWW-Authenticate': header('How to send a key', 'Bearer realm="whatsapp-contacts"'),
} satisfies Record<string, HeaderObject>;

export type HeaderName = keyof typeof HEADERS;

/** Returns references to these headers; undefined without any. */
export function headersOf(...names: readonly HeaderName[]): ResponseObject['headers'] {
  if (names.length === 0) return undefined;
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** Request headers, except those for keys. */
export const REQUEST_HEADERS = {
  'If-None-Match': {
    name: 'If-None-Match',
    in: 'header',
    description: 'ETags of stored responses. If one is current, the response is 304 without a body.',
    schema: { type: 'string' },
  },
  'Last-Event-ID': {
    name: 'Last-Event-ID',
    in: 'header',
    description:
      'Sequence number of the last event. Event sources send it when they reconnect. Replaces `after`.',
    schema: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, format: 'int64' },
  },
} satisfies Record<string, ParameterObject>;

export type RequestHeaderName = keyof typeof REQUEST_HEADERS;
