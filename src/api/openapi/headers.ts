import type { HeaderObject } from './types.js';

const text = (description: string, example: string): HeaderObject => ({
  description,
  schema: { type: 'string', examples: [example] },
});

/** Headers of answers. */
export const HEADERS = {
  'X-Request-Id': text(
    'The id of the request, as the caller gave it or a new one; the log carries it',
    '3f0c9b1d',
  ),
  'Contacts-Sync': text(
    '`partial` until the first sync after linking is complete, then `complete`',
    'complete',
  ),
  'Changes-Next': text(
    'The number of the last change that the list holds: what comes after it is in GET /changes?after={number}',
    '1767261600000042',
  ),
  'Content-Disposition': text('A name for the file', 'attachment; filename=contacts.vcf'),
  ETag: text('Version of the answer, for If-None-Match', '"1-7-42-complete"'),
  Location: text('Path of what was created', '/sessions/sales'),
  'Retry-After': text('Seconds after which the same request may succeed', '5'),
  'WWW-Authenticate': text('How to send a key', 'Bearer realm="whatsapp-contacts"'),
} satisfies Record<string, HeaderObject>;

export type HeaderName = keyof typeof HEADERS;
