import * as examples from '../openapi/examples.js';
import { COLUMNS } from './export-columns.js';

export const VCARD_EXAMPLE = [
  'BEGIN:VCARD',
  'VERSION:4.0',
  'UID:urn:uuid:00000000-0000-5000-8000-000000000000',
  'FN:Anna Adler',
  'N:Adler;Anna;;;',
  'NICKNAME:anni',
  'TEL;TYPE=cell:+491701234567',
  'IMPP:whatsapp:491701234567',
  'REV:20260101T100000Z',
  'END:VCARD',
  '',
].join('\r\n');

export const CSV_EXAMPLE =
  `${COLUMNS.join(',')}\r\n491701234567@s.whatsapp.net,491701234567,Anna Adler,Anna,anni,,,true,On a boat,` +
  '2026-01-01T10:00:00Z,123456789012345@lid,,c5f0c9b1d2e3a-1842\r\n';

export const NDJSON_EXAMPLE = `${JSON.stringify(examples.details)}\n`;

/** Examples of the parameters of ContactFilter. */
export const FILTER_EXAMPLES = {
  search: 'adler',
  has_phone: true,
  saved: true,
  is_business: false,
  updated_since: examples.TIME,
  ids: examples.details.id,
};
