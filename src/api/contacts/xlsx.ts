import { setImmediate } from 'node:timers/promises';
import type { ExportedContact } from '../../contacts/read/contact-export.repository.js';
import { withFirstPart } from '../../kernel/async/first-part.js';
import { COLUMNS } from './export-columns.js';

/** XML 1.0 cannot contain these, not even escaped. Other characters that it forbids cannot be in the database. */
const NOT_IN_XML = /[\ufffe\uffff]/g;

/** Excel reads `_x0041_` as an escaped character. */
const ESCAPE_OF_EXCEL = /_(?=x[0-9A-F]{4}_)/gi;

/** Other requests are handled after this many rows. */
const ROWS_WITHOUT_PAUSE = 100;

/**
 * Writes an address book as an Excel workbook (ECMA-376), with constant memory. Names and numbers are text cells, so
 * nothing is converted or run as a formula. Continues on another sheet after 1,048,576 rows.
 */
export async function toXlsx(contacts: AsyncIterable<ExportedContact>): Promise<AsyncIterable<Uint8Array>> {
  const { writeXlsxStream } = await import('hucre/xlsx');
  const columns = COLUMNS.map((header) => ({ header }));
  // The first part of the file does not depend on any row, so an error of the query would come too late.
  const rows = await withFirstPart(rowsOf(contacts));
  return writeXlsxStream(rows, { name: 'Contacts', columns, freezePane: { rows: 1 } });
}

async function* rowsOf(
  contacts: AsyncIterable<ExportedContact>,
): AsyncGenerator<(string | boolean | null)[]> {
  let rows = 0;
  for await (const contact of contacts) {
    yield COLUMNS.map((column) => toCell(contact[column]));
    rows += 1;
    if (rows % ROWS_WITHOUT_PAUSE === 0) await setImmediate();
  }
}

function toCell(value: string | boolean | null): string | boolean | null {
  if (typeof value !== 'string') return value;
  return value.replace(NOT_IN_XML, '').replace(ESCAPE_OF_EXCEL, '_x005F_');
}
