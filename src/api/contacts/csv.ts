import type { ExportedContact } from '../../contacts/read/contact-export.repository.js';
import { COLUMNS, GOOGLE_COLUMNS, OUTLOOK_COLUMNS } from './export-columns.js';
import { nameOf } from './exported-name.js';

export const CSV_FORMATS = ['google', 'outlook', 'excel'] as const;
export type CsvFormat = (typeof CSV_FORMATS)[number];

/** Separators by their names in a query. */
export const SEPARATORS = { ',': ',', ';': ';', tab: '\t' } as const;
export type SeparatorName = keyof typeof SEPARATORS;

export interface CsvOptions {
  /** Null: the columns of this service. */
  format: CsvFormat | null;
  separator: SeparatorName;
  bom: boolean;
}

const BOM = '\ufeff';

/** Characters that begin a formula in spreadsheets, also after spaces and quotation marks. */
const FORMULA_START = '[=+\\-@＝＋－＠]';

const FORMULA = new RegExp(`^[\\t\\r\\n]|^[\\s"]*${FORMULA_START}`);

/** Where a cell begins in programs that split lines at another separator, and therefore ignore quotation marks. */
const FORMULA_IN_NEXT_CELL = new RegExp(`[,;\\t\\r\\n](?=(?:[^\\S\\t\\r\\n]|")*${FORMULA_START})`, 'g');

/** Text that Excel may convert to a number, a date or a logical value. */
const CONVERTIBLE = /\p{Nd}|^\s*(?:true|false)\s*$/iu;

/** Text in a formula of Excel has at most 255 characters. */
const MAX_FORMULA_TEXT = /^[^\t\r\n]{1,255}$/;

/** Columns with values of this service, which begin no formula, and which Excel does not convert. */
const GENERATED: readonly string[] = ['jid', 'is_business', 'saved', 'updated_at', 'lid', 'id'];

interface Layout {
  headers: readonly string[];
  cellsOf: (contact: ExportedContact) => string[];
}

const OWN = ownLayout(guard);

const LAYOUTS: Record<CsvFormat, Layout> = {
  google: filled(GOOGLE_COLUMNS, (contact) => {
    const { given, family, nickname, organization } = nameOf(contact);
    return {
      'First Name': guard(given),
      'Last Name': guard(family),
      Nickname: guard(nickname),
      'Organization Name': guard(organization),
      ...(contact.phone && { 'Phone 1 - Label': 'Mobile', 'Phone 1 - Value': `+${contact.phone}` }),
    };
  }),
  outlook: filled(OUTLOOK_COLUMNS, (contact) => {
    const { given, family, nickname, organization } = nameOf(contact);
    return {
      'First Name': guard(given),
      'Last Name': guard(family),
      Nickname: guard(nickname),
      Company: guard(organization),
      ...(contact.phone && { 'Mobile Phone': `+${contact.phone}` }),
    };
  }),
  excel: ownLayout(asText),
};

/** Returns functions that write an address book as CSV (RFC 4180), with CRLF at the end of each line. */
export function csvWriter({ format, separator, bom }: CsvOptions): {
  header: string;
  toLine: (contact: ExportedContact) => string;
} {
  const { headers, cellsOf } = format ? LAYOUTS[format] : OWN;
  const join = (cells: readonly string[]) => `${cells.map(quote).join(SEPARATORS[separator])}\r\n`;
  return {
    header: `${bom ? BOM : ''}${join(headers)}`,
    toLine: (contact) => join(cellsOf(contact)),
  };
}

/** @param write makes values of users safe */
function ownLayout(write: (text: string) => string): Layout {
  return {
    headers: COLUMNS,
    cellsOf: (contact) =>
      COLUMNS.map((column) => {
        const text = String(contact[column] ?? '');
        return GENERATED.includes(column) ? text : write(text);
      }),
  };
}

function filled<Header extends string>(
  headers: readonly Header[],
  valuesOf: (contact: ExportedContact) => Partial<Record<Header, string>>,
): Layout {
  return {
    headers,
    cellsOf: (contact) => {
      const values = valuesOf(contact);
      return headers.map((header) => values[header] ?? '');
    },
  };
}

/** Puts an apostrophe before possible formulas, so that spreadsheets treat them as text. */
function guard(text: string): string {
  const inside = text.replace(FORMULA_IN_NEXT_CELL, `$&'`);
  return FORMULA.test(text) ? `'${inside}` : inside;
}

/** Returns a formula whose result is the text, because Excel shows `491701234567` as 4.92E+11, and `1-2` as a date. */
function asText(text: string): string {
  const safe = guard(text);
  const isWritten = safe === text && CONVERTIBLE.test(text) && MAX_FORMULA_TEXT.test(text);
  return isWritten ? `="${text.replaceAll('"', '""')}"` : safe;
}

/** Quotes values that contain any separator, so that programs can detect the separator of the file. */
function quote(text: string): string {
  return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
