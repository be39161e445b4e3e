import type { ExportedContact } from '../../contacts/read/contact-export.repository.js';

const COLUMNS = [
  'jid',
  'phone',
  'full_name',
  'first_name',
  'push_name',
  'business_name',
  'is_business',
  'saved',
  'about',
  'updated_at',
  'lid',
  'username',
  'id',
] as const satisfies (keyof ExportedContact)[];

/** What a spreadsheet takes for the beginning of a formula, in full width too, blanks before it or not. */
const FORMULA = /^[\t\r\n]|^\s*[=+\-@＝＋－＠]/;

export const CSV_HEADER = `${COLUMNS.join(',')}\r\n`;

/** One person as a record of RFC 4180, with CRLF at its end. Unknown is empty. */
export function toCsv(contact: ExportedContact): string {
  return `${COLUMNS.map((column) => toField(contact[column])).join(',')}\r\n`;
}

/** Before what could be a formula stands an apostrophe: spreadsheets then take it for text, and do not show it. */
function toField(value: string | boolean | null): string {
  const text = String(value ?? '');
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
