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

/** Text that spreadsheets evaluate as a formula, including full-width characters and leading whitespace. */
const FORMULA = /^[\t\r\n]|^\s*[=+\-@＝＋－＠]/;

export const CSV_HEADER = `${COLUMNS.join(',')}\r\n`;

/** Returns a contact as a record of RFC 4180, with a trailing CRLF. Unknown values are empty. */
export function toCsv(contact: ExportedContact): string {
  return `${COLUMNS.map((column) => toField(contact[column])).join(',')}\r\n`;
}

/** Prefixes possible formulas with an apostrophe. Spreadsheets then treat them as text and hide the apostrophe. */
function toField(value: string | boolean | null): string {
  const text = String(value ?? '');
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
