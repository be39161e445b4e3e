import type { HeaderObject, ResponseObject } from './types.js';

const header = (description: string, example: string): HeaderObject => ({
  description,
  schema: { type: 'string', examples: [example] },
});

/** Response headers. */
export const HEADERS = {
  'X-Request-Id': header(
    'Request ID from the caller, or a generated one. Log entries contain it.',
    '3f0c9b1d',
  ),
  'Contacts-Sync': header(
    '`partial` until the first sync after linking is complete, then `complete`',
    'complete',
  ),
  'Changes-Next': header(
    'Number of the last change that the list contains. GET /changes?after={number} returns later changes.',
    '1767261600000042',
  ),
  'Content-Disposition': header('Suggested file name', 'attachment; filename=contacts.vcf'),
  ETag: header('Version of the response, for If-None-Match', '"1-7-42-complete"'),
  Location: header(
    'Path of the created resource, or relative path of the contact that remains after a merge',
    '/sessions/sales',
  ),
  'Retry-After': header('Seconds after which the same request may succeed', '5'),
  'WWW-Authenticate': header('How to send a key', 'Bearer realm="whatsapp-contacts"'),
} satisfies Record<string, HeaderObject>;

export type HeaderName = keyof typeof HEADERS;

/** Returns references to these headers and to those of every response. */
export function headersOf(...names: readonly HeaderName[]): ResponseObject['headers'] {
  const all: HeaderName[] = ['X-Request-Id', ...names];
  return Object.fromEntries(all.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
